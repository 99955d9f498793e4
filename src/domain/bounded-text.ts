/** Control characters, and those that turn the direction of what follows. */
const UNSEEN = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** One line that shows what it holds, whoever wrote it. */
export function oneLine(text: string): string {
  return text.toWellFormed().replaceAll(UNSEEN, ' ').replaceAll(/\s+/g, ' ').trim();
}

/** The same with its line breaks. */
export function plainLines(text: string): string {
  return text
    .split(/\r\n|\n|\r/)
    .map((line) => line.toWellFormed().replaceAll(UNSEEN, ' '))
    .join('\n')
    .trim();
}

/**
 * Escapes text, character by character, up to a length in UTF-16 units. What is cut ends with `…`, and never
 * within a character or an escape.
 */
export function boundedText(
  text: string,
  most: number,
  escaped: (character: string) => string = (character) => character,
): string {
  let bounded = '';
  let cut = '';
  for (const character of text) {
    bounded += escaped(character);
    if (bounded.length > most) return `${cut}…`;
    if (bounded.length < most) cut = bounded;
  }
  return bounded;
}
