import type { RawFormat } from './raw-format.js';

/**
 * How a webhook's requests look:
 *
 * - `standard`: type, time and payload as Posthorn's own body, signed by Standard Webhooks
 * - `raw`: the payload alone as the body, with the headers and signatures of an existing system
 * - `slack`, `discord`: a message for people, as their incoming webhooks take it; not signed
 */
export const FORMAT_KINDS = ['standard', 'raw', 'slack', 'discord'] as const;

export type FormatKind = (typeof FORMAT_KINDS)[number];

/** A format, as it is given, kept and shown. */
export type Format = RawFormat | { readonly kind: Exclude<FormatKind, 'raw'> };

/** The format of a webhook that has none of its own, in an account that has no default. */
export const STANDARD_FORMAT: Format = { kind: 'standard' };

/** True where messages are for people: whoever reads them can't answer a challenge. */
export function isForPeople({ kind }: Format): boolean {
  return kind === 'slack' || kind === 'discord';
}
