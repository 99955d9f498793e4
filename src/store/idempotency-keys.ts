import type { Ledger } from './ledger.js';

/** Rows deleted in one statement, so that none of them holds its locks for long. */
const BATCH = 10_000;

/**
 * Forgets idempotency keys of events, and answers to requests, from before a time.
 *
 * @returns how many
 */
export async function deleteExpiredKeys(ledger: Ledger, before: Date): Promise<number> {
  let deleted = 0;
  for (const table of ['idempotency_keys', 'request_answers']) {
    for (;;) {
      const count = await ledger.$executeRawUnsafe(
        `DELETE FROM posthorn.${table} WHERE ctid = ANY(ARRAY(
           SELECT ctid FROM posthorn.${table} WHERE created_at < $1::text::timestamptz
           ORDER BY created_at LIMIT $2::int))`,
        before.toISOString(),
        BATCH,
      );
      deleted += count;
      if (count < BATCH) break;
    }
  }
  return deleted;
}
