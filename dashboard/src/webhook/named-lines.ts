/** Names and values as text, one a line. */
export function writeLines(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}

/** Reads what `writeLines` writes. A line without a colon is a name whose value is empty. */
export function readLines(
  text: string,
  read: (value: string) => unknown,
): Readonly<Record<string, unknown>> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const [name = '', ...rest] = line.split(':');
      return [name.trim(), read(rest.join(':').trim())];
    }),
  );
}
