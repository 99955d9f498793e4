import { afterRelease, type HoldFacts, type HoldState, releaseCount } from '../domain/hold.js';
import { Prisma } from './generated/client.js';
import { HANDOFF_MS, type OwedDelivery } from './leases.js';
import type { Ledger } from './ledger.js';

/** A transaction on the ledger. */
type Runner = Pick<Prisma.TransactionClient, '$executeRaw' | '$queryRaw'>;

interface DueHold extends HoldFacts {
  readonly webhookId: string;
  readonly accountId: string;
  /** False where the webhook was deactivated: what it is owed waits for its reactivation. */
  readonly active: boolean;
}

/** What a look at the holds came to. */
export interface Release {
  /** To be queued now. */
  readonly deliveries: readonly OwedDelivery[];
  /** How many holds were looked at. */
  readonly holds: number;
  /** The webhooks whose breaker is half open from now on, so that one delivery tries. */
  readonly halfOpened: readonly { readonly webhookId: string; readonly accountId: string }[];
}

/**
 * Lets deliveries through the holds that may let some through now, fairly: each as many as its own
 * allowance and rate have room for, whatever the others hold back. The deliveries are leased for
 * `HANDOFF_MS`. Others who look at the same time skip these holds.
 *
 * @param limit most holds in one look
 * @param probeMs how long a delivery that tries may take before another one is sent
 */
export async function releaseHeld(
  ledger: Ledger,
  limit: number,
  now: Date,
  probeMs: number,
): Promise<Release> {
  return ledger.$transaction(
    async (tx) => {
      const holds = await lockHolds(tx, limit, now);
      if (holds.length === 0) return { deliveries: [], holds: 0, halfOpened: [] };
      const plans = holds.map((hold) => {
        return { hold, allowed: hold.active ? releaseCount(hold, now) : 0 };
      });
      const released = await leaseParked(tx, plans, now);
      const changes = plans.map(({ hold, allowed }) => {
        const own = released.filter((delivery) => delivery.webhookId === hold.webhookId);
        const next = afterRelease(hold, { allowed, released: own.length }, now, probeMs);
        return {
          webhookId: hold.webhookId,
          ...next,
          lift: next.lift || !hold.active,
          probe: next.state === 'half_open' ? (own[0]?.id ?? null) : null,
        };
      });
      await updateHolds(tx, changes, now);
      const done = changes.filter(({ lift, releaseAt }) => lift || releaseAt === null);
      if (done.length > 0) await settleHolds(tx, done, now);
      const halfOpened = plans
        .filter(({ hold }, index) => hold.state === 'open' && changes[index]?.state === 'half_open')
        .map(({ hold: { webhookId, accountId } }) => ({ webhookId, accountId }));
      return { deliveries: released, holds: holds.length, halfOpened };
    },
    { timeout: 30_000, maxWait: 10_000 },
  );
}

interface DueHoldRow {
  readonly webhook_id: string;
  readonly account_id: string;
  readonly state: HoldState;
  readonly allowance: number;
  readonly rate_from: Date | null;
  readonly active: boolean;
  readonly rate_limit: number | null;
  readonly outstanding: bigint;
}

async function lockHolds(tx: Runner, limit: number, now: Date): Promise<DueHold[]> {
  const rows = await tx.$queryRaw<DueHoldRow[]>`
    WITH due AS (
      SELECT webhook_id, state, allowance, rate_from FROM posthorn.holds
      WHERE release_at <= ${now.toISOString()}::timestamptz
      ORDER BY release_at LIMIT ${limit}
      FOR NO KEY UPDATE SKIP LOCKED
    )
    SELECT due.webhook_id, due.state::text, due.allowance, due.rate_from, webhook.account_id, webhook.active,
      webhook.rate_limit, (
        SELECT count(*) FROM (
          SELECT 1 FROM posthorn.deliveries AS delivery
          WHERE delivery.webhook_id = due.webhook_id AND delivery.dispatch_at IS NOT NULL
            AND (delivery.dispatch_at > delivery.due_at)
          LIMIT due.allowance
        ) AS queued
      ) AS outstanding
    FROM due JOIN posthorn.webhooks AS webhook ON webhook.id = due.webhook_id`;
  return rows.map((row) => ({
    webhookId: row.webhook_id,
    accountId: row.account_id,
    state: row.state,
    allowance: row.allowance,
    rateFrom: row.rate_from,
    active: row.active,
    rateLimit: row.rate_limit,
    outstanding: Number(row.outstanding),
  }));
}

/** Leases the parked deliveries that fell due first, up to so many of each webhook. */
async function leaseParked(
  tx: Runner,
  plans: readonly { readonly hold: DueHold; readonly allowed: number }[],
  now: Date,
): Promise<OwedDelivery[]> {
  const wanted = plans.filter(({ allowed }) => allowed > 0);
  if (wanted.length === 0) return [];
  const webhookIds = wanted.map(({ hold }) => hold.webhookId);
  const counts = wanted.map(({ allowed }) => allowed);
  const until = new Date(now.getTime() + HANDOFF_MS).toISOString();
  return tx.$queryRaw`
    UPDATE posthorn.deliveries AS delivery
    SET dispatch_at = greatest(${until}::timestamptz, delivery.due_at + interval '1 second')
    WHERE delivery.id = ANY(ARRAY(
      SELECT parked.id
      FROM unnest(${webhookIds}::text[], ${counts}::int[]) AS plan (webhook_id, allowed)
      CROSS JOIN LATERAL (
        SELECT id FROM posthorn.deliveries
        WHERE webhook_id = plan.webhook_id AND dispatch_at IS NULL AND status = 'pending'
        ORDER BY due_at LIMIT plan.allowed
        FOR UPDATE SKIP LOCKED
      ) AS parked
    ))
    RETURNING delivery.id, delivery.webhook_id AS "webhookId", delivery.event_id AS "eventId"`;
}

interface HoldUpdate {
  readonly webhookId: string;
  readonly state: HoldState;
  readonly releaseAt: Date | null;
  readonly rateFrom: Date | null;
  readonly probe: string | null;
}

/** How soon a hold is looked at again that a producer kept from becoming idle, in milliseconds. */
const BUSY_TICK_MS = 100;

/** One for which nothing waits only gets another look here: `settleHolds` decides. */
async function updateHolds(tx: Runner, changes: readonly HoldUpdate[], now: Date): Promise<void> {
  const soon = new Date(now.getTime() + BUSY_TICK_MS);
  const input = JSON.stringify(
    changes.map(({ releaseAt, ...change }) => ({ ...change, releaseAt: releaseAt ?? soon })),
  );
  await tx.$executeRaw`
    UPDATE posthorn.holds AS hold SET
      state = input."state", release_at = input."releaseAt",
      rate_from = input."rateFrom", probe = input."probe"
    FROM json_to_recordset(${input}::json) AS input ("webhookId" text,
      "state" posthorn.hold_state, "releaseAt" timestamptz, "rateFrom" timestamptz, "probe" text)
    WHERE hold.webhook_id = input."webhookId"`;
}

/**
 * Ends holds for which nothing waits: those to be lifted are deleted, the others become idle until
 * something waits again.
 *
 * A producer that found a hold keeps a lock on it until its commit, and parks. So those that a producer
 * has now are left for the next look, and of the others what waits is looked up once more after the lock.
 */
async function settleHolds(
  tx: Runner,
  done: readonly { readonly webhookId: string; readonly lift: boolean }[],
  now: Date,
): Promise<void> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT webhook_id AS id FROM posthorn.holds
    WHERE webhook_id = ANY(${done.map(({ webhookId }) => webhookId)}::text[])
    ORDER BY webhook_id FOR UPDATE SKIP LOCKED`;
  const locked = new Set(rows.map((row) => row.id));
  const free = done.filter(({ webhookId }) => locked.has(webhookId));
  if (free.length === 0) return;
  const waiting = Prisma.sql`
    EXISTS (
      SELECT 1 FROM posthorn.webhooks AS webhook
      JOIN posthorn.deliveries AS delivery ON delivery.webhook_id = webhook.id
        AND delivery.dispatch_at IS NULL AND delivery.status = 'pending'
      WHERE webhook.id = hold.webhook_id AND webhook.active)`;
  const lifted = free.filter(({ lift }) => lift).map(({ webhookId }) => webhookId);
  const idle = free.filter(({ lift }) => !lift).map(({ webhookId }) => webhookId);
  if (lifted.length > 0) {
    await tx.$executeRaw`
      DELETE FROM posthorn.holds AS hold
      WHERE hold.webhook_id = ANY(${lifted}::text[]) AND NOT ${waiting}`;
  }
  if (idle.length > 0) {
    await tx.$executeRaw`
      UPDATE posthorn.holds AS hold SET
        release_at = CASE WHEN ${waiting} THEN ${now.toISOString()}::timestamptz END
      WHERE hold.webhook_id = ANY(${idle}::text[])`;
  }
}

/**
 * Fills up the allowances of these webhooks' holds as soon as there is room, where nothing but the allowance
 * is to be minded: what the dispatcher's look does for every hold, in one statement.
 */
export function refillAllowances(
  ledger: Ledger,
  webhookIds: readonly string[],
  now: Date,
): Promise<OwedDelivery[]> {
  const until = new Date(now.getTime() + HANDOFF_MS).toISOString();
  return ledger.$queryRaw`
    WITH hold AS (
      SELECT webhook_id, allowance FROM posthorn.holds
      WHERE webhook_id = ANY(${webhookIds}::text[]) AND state = 'pacing'
      ORDER BY webhook_id FOR NO KEY UPDATE SKIP LOCKED
    ), parked AS (
      SELECT next.id
      FROM hold JOIN posthorn.webhooks AS webhook
        ON webhook.id = hold.webhook_id AND webhook.active AND webhook.rate_limit IS NULL
      CROSS JOIN LATERAL (
        SELECT hold.allowance - count(*) AS room FROM (
          SELECT 1 FROM posthorn.deliveries AS delivery
          WHERE delivery.webhook_id = hold.webhook_id AND delivery.dispatch_at IS NOT NULL
            AND (delivery.dispatch_at > delivery.due_at)
          LIMIT hold.allowance
        ) AS queued
      ) AS free
      CROSS JOIN LATERAL (
        SELECT id FROM posthorn.deliveries
        WHERE webhook_id = hold.webhook_id AND dispatch_at IS NULL AND status = 'pending'
        ORDER BY due_at LIMIT free.room
        FOR UPDATE SKIP LOCKED
      ) AS next
    )
    UPDATE posthorn.deliveries AS delivery
    SET dispatch_at = greatest(${until}::timestamptz, delivery.due_at + interval '1 second')
    WHERE delivery.id = ANY(ARRAY(SELECT id FROM parked))
    RETURNING delivery.id, delivery.webhook_id AS "webhookId", delivery.event_id AS "eventId"`;
}
