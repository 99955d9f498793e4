import type { HoldState } from '../domain/hold.js';
import type { Ledger } from './ledger.js';

/** What waits for a webhook, and why. */
export interface WaitingDeliveries {
  /** Pending deliveries, up to 10,000; the following are of these. */
  readonly pending: number;
  /** With the queue, or in flight. */
  readonly queued: number;
  /** In the ledger, for the time of their next attempt. */
  readonly waiting: number;
  /** In the ledger, until their webhook's hold lets them through, or it is reactivated. */
  readonly parked: number;
  /** When the oldest of them was enqueued. */
  readonly oldest: Date | null;
  /** When the next attempt of those that are not parked or queued is due. */
  readonly nextDueAt: Date | null;
}

/** A hold as it is now. */
export interface ShownHold {
  readonly state: HoldState;
  readonly since: Date;
  /** When it lets the next ones through; null while nothing waits. */
  readonly releaseAt: Date | null;
  /** Most of its deliveries that may be queued or in flight. */
  readonly allowance: number;
}

/** Most pending deliveries that are looked at: more than these say nothing more. */
const ENOUGH = 10_000;

/** What waits for a webhook now. */
export async function readWaiting(ledger: Ledger, webhookId: string): Promise<WaitingDeliveries> {
  const [row] = await ledger.$queryRaw<WaitingDeliveries[]>`
    SELECT count(*)::int AS pending,
      count(*) FILTER (WHERE dispatch_at > due_at)::int AS queued,
      count(*) FILTER (WHERE dispatch_at <= due_at)::int AS waiting,
      count(*) FILTER (WHERE dispatch_at IS NULL)::int AS parked,
      min(created_at) AS oldest,
      min(due_at) FILTER (WHERE dispatch_at <= due_at) AS "nextDueAt"
    FROM (
      (SELECT created_at, due_at, dispatch_at FROM posthorn.deliveries
        WHERE webhook_id = ${webhookId} AND dispatch_at IS NULL AND status = 'pending'
        ORDER BY due_at LIMIT ${ENOUGH}::int)
      UNION ALL
      (SELECT created_at, due_at, dispatch_at FROM posthorn.deliveries
        WHERE webhook_id = ${webhookId} AND dispatch_at IS NOT NULL LIMIT ${ENOUGH}::int)
      LIMIT ${ENOUGH}::int
    ) AS owed`;
  if (row === undefined) throw new Error('PostgreSQL answered nothing');
  return row;
}

/** The hold of a webhook; null where its deliveries need not wait. */
export function findHold(ledger: Ledger, webhookId: string): Promise<ShownHold | null> {
  return ledger.hold.findUnique({
    where: { webhookId },
    select: { state: true, since: true, releaseAt: true, allowance: true },
  });
}
