import { eraseAccountFormat } from './account-formats.js';
import type { Ledger } from './ledger.js';

/** The webhooks of an account, deleted ones included that have deliveries. */
export async function accountWebhooks(
  ledger: Ledger,
  accountId: string,
): Promise<readonly string[]> {
  const rows = await ledger.$queryRaw<{ id: string }[]>`
    SELECT id FROM posthorn.webhooks WHERE account_id = ${accountId}
    UNION SELECT webhook_id FROM posthorn.deliveries WHERE account_id = ${accountId}`;
  return rows.map(({ id }) => id);
}

/** Ends what an account's webhooks are owed. @returns how many deliveries */
export function discardOwedOfAccount(
  ledger: Ledger,
  accountId: string,
  now: Date,
): Promise<number> {
  return ledger.$executeRaw`
    UPDATE posthorn.deliveries
    SET status = 'discarded', dispatch_at = NULL, ended_at = ${now.toISOString()}::timestamptz
    WHERE account_id = ${accountId} AND status = 'pending'`;
}

/** Removes payloads, or answers and errors, from one partition. @returns how many rows were changed */
export async function erasePartition(
  ledger: Ledger,
  name: string,
  accountId: string,
  webhookIds: readonly string[],
): Promise<number> {
  // The name is made of a table's name and a date alone.
  if (name.startsWith('events')) {
    return ledger.$executeRawUnsafe(
      `UPDATE posthorn.${name} SET payload = 'null', idempotency_key = NULL
       WHERE account_id = $1::text AND payload <> 'null'`,
      accountId,
    );
  }
  if (!name.startsWith('attempts')) return 0;
  return ledger.$executeRawUnsafe(
    `UPDATE posthorn.${name} SET response_excerpt = NULL, error = NULL
     WHERE webhook_id = ANY($1::text[]) AND (response_excerpt IS NOT NULL OR error IS NOT NULL)`,
    webhookIds,
  );
}

/**
 * Removes idempotency keys, the last errors of webhooks and notices, and the account's default format.
 *
 * @returns how many keys
 */
export function eraseOfAccount(ledger: Ledger, accountId: string, now: Date): Promise<number> {
  return ledger.$transaction(async (tx) => {
    await eraseAccountFormat(tx, accountId, now);
    await tx.webhook.updateMany({ where: { accountId }, data: { lastError: null } });
    await tx.$executeRaw`
      UPDATE posthorn.notices SET data = data - 'lastError'
      WHERE account_id = ${accountId} AND data ? 'lastError'`;
    const { count } = await tx.idempotencyKey.deleteMany({ where: { accountId } });
    return count;
  });
}

/** What an erasure would change in the tables. */
export async function countOfAccount(
  ledger: Ledger,
  accountId: string,
  webhookIds: readonly string[],
): Promise<{
  readonly discarded: number;
  readonly events: number;
  readonly attempts: number;
  readonly idempotencyKeys: number;
}> {
  const ids = [...webhookIds];
  const [discarded, events, attempts, idempotencyKeys] = await Promise.all([
    ledger.delivery.count({ where: { accountId, status: 'pending' } }),
    ledger.event.count({ where: { accountId, payload: { not: 'null' } } }),
    ledger.attempt.count({
      where: {
        webhookId: { in: ids },
        OR: [{ responseExcerpt: { not: null } }, { error: { not: null } }],
      },
    }),
    ledger.idempotencyKey.count({ where: { accountId } }),
  ]);
  return { discarded, events, attempts, idempotencyKeys };
}
