import type { Ledger } from './ledger.js';

/** Keys deleted in one statement, so that none of them holds its locks for long. */
const BATCH = 10_000;

/**
 * Forgets idempotency keys that were used before a time.
 *
 * @returns how many
 */
export async function deleteExpiredKeys(ledger: Ledger, before: Date): Promise<number> {
  let deleted = 0;
  for (;;) {
    const count = await ledger.$executeRaw`
      DELETE FROM posthorn.idempotency_keys WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM posthorn.idempotency_keys
        WHERE created_at < ${before.toISOString()}::timestamptz LIMIT ${BATCH}))`;
    deleted += count;
    if (count < BATCH) return deleted;
  }
}
