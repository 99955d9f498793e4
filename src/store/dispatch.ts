import type { Prisma } from './generated/client.js';
import type { Ledger } from './ledger.js';

/**
 * How long a queued delivery is left to the queue before it is offered again, in milliseconds. An id that
 * the queue still holds is ignored, so this only matters for jobs that were lost without a trace.
 */
export const QUEUE_LEASE_MS = 10 * 60_000;

/** A delivery that is to be put into the queue. */
export interface OwedDelivery {
  readonly id: string;
  readonly webhookId: string;
  readonly eventId: string;
}

interface DueRow {
  readonly id: string;
  readonly webhook_id: string;
  readonly event_id: string;
  readonly active: boolean | null;
}

/** What a claim found: deliveries to queue, and how many were shelved instead. */
export interface Claim {
  readonly due: readonly OwedDelivery[];
  readonly shelved: number;
}

/**
 * Takes up to `limit` deliveries that are due and hands those of active webhooks to `queue`, all in one
 * transaction: the lease is only kept if `queue` took them, so a dispatcher that dies on the way leaves
 * them due. Those of inactive webhooks are shelved. Other dispatchers skip the rows meanwhile.
 */
export async function claimDue(
  ledger: Ledger,
  options: { now: Date; leaseMs: number; limit: number },
  queue: (due: readonly OwedDelivery[]) => Promise<void>,
): Promise<Claim> {
  return ledger.$transaction(
    async (tx) => {
      // A dispatcher that hangs in here must not hold the rows for ever.
      await tx.$executeRaw`SET LOCAL idle_in_transaction_session_timeout = '20s'`;
      const rows = await lockDue(tx, options.now, options.limit);
      const due = rows
        .filter((row) => row.active === true)
        .map((row) => ({ id: row.id, webhookId: row.webhook_id, eventId: row.event_id }));
      const idle = rows.filter((row) => row.active !== true).map((row) => row.id);
      const shelved = idle.length === 0 ? 0 : await shelveDeliveries(tx, idle, options.now);
      if (due.length > 0) {
        const until = new Date(options.now.getTime() + options.leaseMs);
        await leaseDeliveries(
          tx,
          due.map((delivery) => delivery.id),
          until,
        );
        await queue(due);
      }
      return { due, shelved };
    },
    { timeout: 30_000, maxWait: 10_000 },
  );
}

function lockDue(tx: Prisma.TransactionClient, now: Date, limit: number): Promise<DueRow[]> {
  return tx.$queryRaw`
    WITH due AS (
      SELECT id, webhook_id, event_id, dispatch_at FROM posthorn.deliveries
      WHERE dispatch_at <= ${now.toISOString()}::timestamptz
      ORDER BY dispatch_at LIMIT ${limit}
      FOR UPDATE SKIP LOCKED
    )
    SELECT due.id, due.webhook_id, due.event_id, webhook.active
    FROM due LEFT JOIN posthorn.webhooks AS webhook ON webhook.id = due.webhook_id
    ORDER BY due.dispatch_at`;
}

function leaseDeliveries(
  tx: Prisma.TransactionClient,
  ids: readonly string[],
  until: Date,
): Promise<number> {
  return tx.$executeRaw`
    UPDATE posthorn.deliveries SET dispatch_at = ${until.toISOString()}::timestamptz
    WHERE id = ANY(${ids}::text[])`;
}

/**
 * Takes deliveries that can't be made out of the dispatcher's sight: those of inactive webhooks are parked
 * until a reactivation makes them due, those of deleted webhooks are discarded. The lock on the webhook
 * makes a reactivation that commits at the same moment win, so that none stays parked behind an active one.
 *
 * @returns how many were shelved; the rest have ended, or belong to webhooks that are active after all
 */
export function shelveDeliveries(
  runner: Pick<Prisma.TransactionClient, '$executeRaw'>,
  ids: readonly string[],
  now: Date,
): Promise<number> {
  return runner.$executeRaw`
    WITH webhook AS (
      SELECT id, active FROM posthorn.webhooks
      WHERE id IN (SELECT webhook_id FROM posthorn.deliveries WHERE id = ANY(${ids}::text[]))
      ORDER BY id FOR SHARE
    ), shelved AS (
      SELECT delivery.id, webhook.id IS NULL AS orphaned FROM posthorn.deliveries AS delivery
      LEFT JOIN webhook ON webhook.id = delivery.webhook_id
      WHERE delivery.id = ANY(${ids}::text[]) AND webhook.active IS NOT TRUE
    )
    UPDATE posthorn.deliveries AS delivery SET
      dispatch_at = NULL,
      status = CASE WHEN orphaned THEN 'discarded' ELSE delivery.status END,
      ended_at = CASE WHEN orphaned THEN ${now.toISOString()}::timestamptz END
    FROM shelved
    WHERE delivery.id = shelved.id AND delivery.id = ANY(${ids}::text[]) AND delivery.status = 'pending'`;
}

/** When the next delivery falls due; null where none waits in the ledger. */
export async function nextDispatchAt(ledger: Ledger): Promise<Date | null> {
  const rows = await ledger.$queryRaw<{ at: Date | null }[]>`
    SELECT min(dispatch_at) AS at FROM posthorn.deliveries WHERE dispatch_at IS NOT NULL`;
  return rows[0]?.at ?? null;
}

/**
 * Makes every queued delivery due again at its own time: what the dispatcher does when Redis lost its
 * jobs. Parked deliveries stay parked.
 */
export function releaseLeases(ledger: Ledger): Promise<number> {
  return ledger.$executeRaw`
    UPDATE posthorn.deliveries SET dispatch_at = due_at
    WHERE status = 'pending' AND dispatch_at > due_at`;
}
