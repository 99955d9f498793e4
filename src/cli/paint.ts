import { styleText } from 'node:util';

/** What colours stand for: right, wrong, to be looked at, of less weight. */
export type Colour = 'green' | 'red' | 'yellow' | 'dim' | 'bold' | 'cyan';

/** Writes a text in a colour. */
export type Paint = (colour: Colour, text: string) => string;

/**
 * Colours for a terminal; none elsewhere, and none where NO_COLOR is set (https://no-color.org).
 *
 * @param stream where it is written to
 */
export function createPaint(stream: { readonly isTTY?: boolean | undefined }): Paint {
  if (stream.isTTY !== true || process.env.NO_COLOR) return (_colour, text) => text;
  return styleText;
}
