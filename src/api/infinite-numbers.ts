/**
 * How a number is written that can be beyond ±1.8e308: with a large exponent, or with so many digits that a
 * small one does. Most text has none, and is not looked through.
 */
const LARGE = /\d[eE]\+?\d{3}|\d{210}/;

/**
 * True where a number of the text was beyond double precision, so that parsing made it infinite. It would
 * be written as null then, and nobody would know.
 */
export function holdsInfinity(json: string, parsed: unknown): boolean {
  if (!LARGE.test(json)) return false;
  // Not recursive, because what is read may be nested deep.
  const left = [parsed];
  while (left.length > 0) {
    const value = left.pop();
    if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) return true;
    if (typeof value !== 'object' || value === null) continue;
    for (const inner of Object.values(value)) left.push(inner);
  }
  return false;
}
