import type { Finding } from '../domain/invariant.js';
import { DUE_CHANNEL } from './events.js';
import type { Ledger } from './ledger.js';
import { finding, MOST_MENDED } from './reconcile-finding.js';

export interface PendingOptions {
  readonly now: Date;
  /** How long something may be due before it counts as overdue, in milliseconds. */
  readonly overdueMs: number;
  readonly mend: boolean;
}

/** What time PostgreSQL has. */
export async function readTime(ledger: Ledger): Promise<Date> {
  const [row] = await ledger.$queryRaw<{ now: Date }[]>`SELECT now() AS now`;
  if (row === undefined) throw new Error('PostgreSQL answered nothing');
  return row.now;
}

interface OwnerRow {
  readonly id: string;
  /** True where the webhook was deleted; otherwise nothing lets its deliveries through. */
  readonly orphaned: boolean;
}

/**
 * What is parked belongs to an inactive webhook, or to one with a hold that will let it through. What does
 * not is given to the dispatcher again; what belongs to no webhook is discarded.
 */
export async function reconcileParked(
  ledger: Ledger,
  options: PendingOptions,
): Promise<readonly [Finding, Finding]> {
  const { now, overdueMs, mend } = options;
  const before = new Date(now.getTime() - overdueMs).toISOString();
  const owners = await findOwners(ledger, before);
  const orphaned = owners.filter((owner) => owner.orphaned).map(({ id }) => id);
  const stuck = owners.filter((owner) => !owner.orphaned).map(({ id }) => id);
  const orphans = await findParked(ledger, orphaned, before);
  const parked = await findParked(ledger, stuck, before);
  return [
    finding('orphaned_delivery', orphans, mend ? await settle(ledger, orphans, 'discard', now) : 0),
    finding('stuck_delivery', parked, mend ? await settle(ledger, parked, 'dispatch', now) : 0),
  ];
}

/** Goes from one webhook with parked deliveries to the next by the index, however many each has. */
function findOwners(ledger: Ledger, before: string): Promise<OwnerRow[]> {
  return ledger.$queryRaw`
    WITH RECURSIVE owner AS (
      SELECT min(webhook_id) AS id FROM posthorn.deliveries
      WHERE dispatch_at IS NULL AND status = 'pending'
      UNION ALL
      SELECT (
        SELECT min(webhook_id) FROM posthorn.deliveries
        WHERE dispatch_at IS NULL AND status = 'pending' AND webhook_id > owner.id
      ) FROM owner WHERE owner.id IS NOT NULL
    )
    SELECT owner.id, webhook.id IS NULL AS orphaned FROM owner
    LEFT JOIN posthorn.webhooks AS webhook ON webhook.id = owner.id
    LEFT JOIN posthorn.holds AS hold ON hold.webhook_id = owner.id
    WHERE owner.id IS NOT NULL
      AND (webhook.id IS NULL OR webhook.active AND hold.release_at IS NULL)
      AND EXISTS (
        SELECT 1 FROM posthorn.deliveries AS delivery
        WHERE delivery.webhook_id = owner.id AND delivery.dispatch_at IS NULL
          AND delivery.status = 'pending' AND delivery.due_at < ${before}::timestamptz)
    LIMIT ${MOST_MENDED}`;
}

async function findParked(
  ledger: Ledger,
  webhookIds: readonly string[],
  before: string,
): Promise<string[]> {
  if (webhookIds.length === 0) return [];
  const rows = await ledger.$queryRaw<{ id: string }[]>`
    SELECT id FROM posthorn.deliveries
    WHERE webhook_id = ANY(${webhookIds}::text[]) AND dispatch_at IS NULL AND status = 'pending'
      AND due_at < ${before}::timestamptz
    LIMIT ${MOST_MENDED}`;
  return rows.map(({ id }) => id);
}

function settle(
  ledger: Ledger,
  ids: readonly string[],
  how: 'discard' | 'dispatch',
  now: Date,
): Promise<number> {
  const at = now.toISOString();
  if (ids.length === 0) return Promise.resolve(0);
  return how === 'discard'
    ? ledger.$executeRaw`
        UPDATE posthorn.deliveries SET status = 'discarded', ended_at = ${at}::timestamptz
        WHERE id = ANY(${ids}::text[]) AND status = 'pending' AND dispatch_at IS NULL`
    : ledger.$executeRaw`
        UPDATE posthorn.deliveries SET dispatch_at = ${at}::timestamptz
        WHERE id = ANY(${ids}::text[]) AND status = 'pending' AND dispatch_at IS NULL`;
}

/**
 * Nothing is due later than any schedule asks for: what is was written by a machine whose clock was wrong.
 * It becomes due now.
 *
 * @param options.longestDelayMs longest time from now until a delivery is due, its lease included
 * @param options.longestPauseMs longest time from now until a hold lets something through
 */
export async function reconcileFarOff(
  ledger: Ledger,
  options: PendingOptions & { readonly longestDelayMs: number; readonly longestPauseMs: number },
): Promise<readonly [Finding, Finding]> {
  const { now, longestDelayMs, longestPauseMs, mend } = options;
  const at = now.toISOString();
  const dueBy = new Date(now.getTime() + longestDelayMs).toISOString();
  const releasedBy = new Date(now.getTime() + longestPauseMs).toISOString();
  const deliveries = await ledger.$queryRaw<{ id: string }[]>`
    SELECT id FROM posthorn.deliveries
    WHERE dispatch_at > ${dueBy}::timestamptz LIMIT ${MOST_MENDED}`;
  const holds = await ledger.$queryRaw<{ id: string }[]>`
    SELECT webhook_id AS id FROM posthorn.holds
    WHERE release_at > ${releasedBy}::timestamptz LIMIT ${MOST_MENDED}`;
  const deliveryIds = deliveries.map(({ id }) => id);
  const webhookIds = holds.map(({ id }) => id);
  const mendDeliveries = () => ledger.$executeRaw`
    UPDATE posthorn.deliveries SET due_at = ${at}::timestamptz, dispatch_at = ${at}::timestamptz
    WHERE id = ANY(${deliveryIds}::text[]) AND dispatch_at > ${dueBy}::timestamptz`;
  const mendHolds = () => ledger.$executeRaw`
    UPDATE posthorn.holds SET release_at = ${at}::timestamptz
    WHERE webhook_id = ANY(${webhookIds}::text[]) AND release_at > ${releasedBy}::timestamptz`;
  const mended = async (ids: readonly string[], statement: () => Promise<number>) =>
    mend && ids.length > 0 ? await statement() : 0;
  return [
    finding('far_off_delivery', deliveryIds, await mended(deliveryIds, mendDeliveries)),
    finding('far_off_hold', webhookIds, await mended(webhookIds, mendHolds)),
  ];
}

/**
 * Nothing is due for longer than `overdueMs` without being taken. Where something is, dispatchers are woken;
 * what keeps them from their work, they say in their log.
 */
export async function reconcileOverdue(
  ledger: Ledger,
  options: PendingOptions,
): Promise<readonly [Finding, Finding]> {
  const before = new Date(options.now.getTime() - options.overdueMs).toISOString();
  const deliveries = await ledger.$queryRaw<{ id: string }[]>`
    SELECT id FROM posthorn.deliveries
    WHERE dispatch_at < ${before}::timestamptz ORDER BY dispatch_at LIMIT ${MOST_MENDED}`;
  const holds = await ledger.$queryRaw<{ id: string }[]>`
    SELECT webhook_id AS id FROM posthorn.holds
    WHERE release_at < ${before}::timestamptz ORDER BY release_at LIMIT ${MOST_MENDED}`;
  if (options.mend && deliveries.length + holds.length > 0) {
    await ledger.$executeRaw`SELECT pg_notify(${DUE_CHANNEL}, '')`;
  }
  return [
    finding(
      'overdue_delivery',
      deliveries.map(({ id }) => id),
      0,
    ),
    finding(
      'overdue_hold',
      holds.map(({ id }) => id),
      0,
    ),
  ];
}

/** The longest cap of retries that a webhook has of its own, in milliseconds; 0 where none has. */
export async function longestOwnCapMs(ledger: Ledger): Promise<number> {
  const [row] = await ledger.$queryRaw<{ longest: number | null }[]>`
    SELECT max((overrides->>'retryCapMs')::float8) AS longest FROM posthorn.webhooks
    WHERE overrides ? 'retryCapMs'`;
  return row?.longest ?? 0;
}
