/** How commands answer: one JSON document for programs, text and tables for people, on stdout alone. */

/** The global option that every command has. */
export interface OutputFlags {
  readonly json?: boolean;
}

/**
 * Prints an answer: the value as one JSON document with `--json`, otherwise its text, in which nothing that
 * an owner or an endpoint wrote can steer the terminal.
 */
export function print(flags: OutputFlags, value: unknown, text: () => string): void {
  process.stdout.write(`${flags.json ? JSON.stringify(value, null, 2) : printable(text())}\n`);
}

/** Rows under a header, each column as wide as its widest cell. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows];
  const widths = header.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Names and values, one pair a line. */
export function pairs(entries: readonly (readonly [string, string])[]): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

/** A time for people; `never` for none. */
export function time(at: Date | null): string {
  return at === null ? 'never' : at.toISOString();
}

/** Text from elsewhere, with what would steer a terminal written out; line ends and tabs stay. */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, (control) => {
    return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** A share from 0 to 1, for people; nothing for none. */
export function percent(share: number | null): string {
  return share === null ? '' : `${(share * 100).toFixed(2)} %`;
}

/** Milliseconds, for people; nothing for none. */
export function milliseconds(duration: number | null): string {
  return duration === null ? '' : `${duration} ms`;
}
