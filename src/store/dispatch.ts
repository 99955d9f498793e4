import type { Prisma } from './generated/client.js';
import { type ParkedDelivery, parkDeliveries } from './holds.js';
import type { OwedDelivery } from './leases.js';
import type { Ledger } from './ledger.js';

interface DueRow {
  readonly id: string;
  readonly webhook_id: string;
  readonly event_id: string;
  /** Null where the webhook was deleted. */
  readonly active: boolean | null;
  readonly held: boolean;
}

/** What a claim found: deliveries to queue, and how many were taken out of the dispatcher's sight. */
export interface Claim {
  readonly due: readonly OwedDelivery[];
  /** Parked because their webhook is held, or had more than its share of this claim. */
  readonly parked: number;
  /** Parked because their webhook is inactive, or discarded because it was deleted. */
  readonly shelved: number;
}

/** The part of a claim that one webhook may have: what it has beyond that waits, so that others don't. */
const SHARE_OF_CLAIM = 0.2;

/** The allowance of a hold that nothing but its webhook's backlog calls for. */
const BACKLOG_ALLOWANCE = 100;

/**
 * Takes up to `limit` deliveries that are due and hands them to `queue`, all in one transaction: the lease
 * is only kept if `queue` took them, so a dispatcher that dies on the way leaves them due. Those of held
 * webhooks are parked, those of inactive ones shelved. Other dispatchers skip the rows meanwhile.
 */
export async function claimDue(
  ledger: Ledger,
  options: { now: Date; leaseMs: number; limit: number },
  queue: (due: readonly OwedDelivery[]) => Promise<void>,
): Promise<Claim> {
  const { now, leaseMs, limit } = options;
  return ledger.$transaction(
    async (tx) => {
      // A dispatcher that hangs in here must not hold the rows for ever.
      await tx.$executeRaw`SET LOCAL idle_in_transaction_session_timeout = '20s'`;
      const { due, park, shelve } = sortDue(await lockDue(tx, now, limit), limit * SHARE_OF_CLAIM);
      if (park.length > 0) await parkDeliveries(tx, park, now);
      if (shelve.length > 0) await shelveDeliveries(tx, shelve, now);
      if (due.length > 0) {
        const ids = due.map((delivery) => delivery.id);
        await leaseDeliveries(tx, ids, new Date(now.getTime() + leaseMs));
        await queue(due);
      }
      return { due, parked: park.length, shelved: shelve.length };
    },
    { timeout: 30_000, maxWait: 10_000 },
  );
}

function sortDue(rows: readonly DueRow[], share: number) {
  const due: OwedDelivery[] = [];
  const park: ParkedDelivery[] = [];
  const shelve: string[] = [];
  const taken = new Map<string, number>();
  for (const { id, webhook_id: webhookId, event_id: eventId, active, held } of rows) {
    const before = taken.get(webhookId) ?? 0;
    if (active !== true) {
      shelve.push(id);
    } else if (held || before >= share) {
      park.push({ id, webhookId, allowance: BACKLOG_ALLOWANCE });
    } else {
      taken.set(webhookId, before + 1);
      due.push({ id, webhookId, eventId });
    }
  }
  return { due, park, shelve };
}

function lockDue(tx: Prisma.TransactionClient, now: Date, limit: number): Promise<DueRow[]> {
  return tx.$queryRaw`
    WITH due AS (
      SELECT id, webhook_id, event_id, dispatch_at FROM posthorn.deliveries
      WHERE dispatch_at <= ${now.toISOString()}::timestamptz
      ORDER BY dispatch_at LIMIT ${limit}
      FOR UPDATE SKIP LOCKED
    )
    SELECT due.id, due.webhook_id, due.event_id, webhook.active, hold.webhook_id IS NOT NULL AS held
    FROM due
    LEFT JOIN posthorn.webhooks AS webhook ON webhook.id = due.webhook_id
    LEFT JOIN posthorn.holds AS hold ON hold.webhook_id = due.webhook_id
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

/** When a delivery next falls due or a hold may let one through; null where nothing waits for a time. */
export async function nextDispatchAt(ledger: Ledger): Promise<Date | null> {
  const rows = await ledger.$queryRaw<{ at: Date | null }[]>`
    SELECT least(
      (SELECT min(dispatch_at) FROM posthorn.deliveries WHERE dispatch_at IS NOT NULL),
      (SELECT min(release_at) FROM posthorn.holds)
    ) AS at`;
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
