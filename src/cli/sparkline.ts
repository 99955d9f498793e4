const BARS = '▁▂▃▄▅▆▇█';

/** Values as a row of bars, the highest of them full; a space for none. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(0, ...values);
  return values
    .map((value) => (value <= 0 ? ' ' : BARS[Math.ceil((value / most) * BARS.length) - 1]))
    .join('')
    .trimEnd();
}
