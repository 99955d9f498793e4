import type { Finding, Invariant } from '../domain/invariant.js';

/** Most rows that are looked up and put right for one invariant in one go. */
export const MOST_MENDED = 10_000;

/** Ids that a finding names. */
const MOST_EXAMPLES = 10;

/** @param ids all that was found, up to `MOST_MENDED` */
export function finding(invariant: Invariant, ids: readonly string[], mended: number): Finding {
  return { invariant, found: ids.length, mended, examples: ids.slice(0, MOST_EXAMPLES) };
}
