/** Reads several values from one field: blanks, line ends and commas stand between them. */
export function readList(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((value) => value !== '');
}

/** A time as the browser's own field for times has it: local, to the minute. */
export function localMinute(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
