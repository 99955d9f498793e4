import { HANDOFF_MS, type OwedDelivery } from './leases.js';
import type { Ledger } from './ledger.js';

/**
 * Keeps a webhook's deliveries for the process that listens, until a time: its hold lets none through, so
 * that the dispatcher parks them and no worker takes one.
 *
 * @returns false where the webhook is gone
 */
export async function keepListener(
  ledger: Ledger,
  webhookId: string,
  { now, until }: { readonly now: Date; readonly until: Date },
): Promise<boolean> {
  const kept = await ledger.$executeRaw`
    WITH webhook AS (
      SELECT id FROM posthorn.webhooks WHERE id = ${webhookId} FOR KEY SHARE
    ), hold AS (
      INSERT INTO posthorn.holds (webhook_id, state, since, release_at, allowance)
      SELECT id, 'pacing', ${now.toISOString()}::timestamptz, ${until.toISOString()}::timestamptz, 1
      FROM webhook
      ON CONFLICT (webhook_id) DO UPDATE SET state = 'pacing', release_at = excluded.release_at
    )
    INSERT INTO posthorn.listeners (webhook_id, until)
    SELECT id, ${until.toISOString()}::timestamptz FROM webhook
    ON CONFLICT (webhook_id) DO UPDATE SET until = excluded.until`;
  return kept > 0;
}

/**
 * Takes deliveries of the webhook that are due and in no queue, those that fell due first. They are leased
 * for `HANDOFF_MS`.
 */
export function claimForListener(
  ledger: Ledger,
  webhookId: string,
  { now, limit }: { readonly now: Date; readonly limit: number },
): Promise<OwedDelivery[]> {
  const until = new Date(now.getTime() + HANDOFF_MS).toISOString();
  const at = now.toISOString();
  return ledger.$queryRaw`
    WITH due AS (
      SELECT id FROM posthorn.deliveries
      WHERE webhook_id = ${webhookId} AND status = 'pending' AND due_at <= ${at}::timestamptz
        AND (dispatch_at IS NULL OR dispatch_at <= ${at}::timestamptz)
      ORDER BY due_at LIMIT ${limit}
      FOR UPDATE SKIP LOCKED
    )
    UPDATE posthorn.deliveries AS delivery SET dispatch_at = ${until}::timestamptz
    FROM due WHERE delivery.id = due.id
    RETURNING delivery.id, delivery.webhook_id AS "webhookId", delivery.event_id AS "eventId"`;
}

/** Webhooks whose process listens no more, though it did not take them with it. */
export async function lapsedListeners(ledger: Ledger, now: Date): Promise<string[]> {
  const rows = await ledger.listener.findMany({
    where: { until: { lt: now } },
    select: { webhookId: true },
    take: 1_000,
  });
  return rows.map(({ webhookId }) => webhookId);
}
