import type { HoldChange } from '../domain/breaker.js';
import type { HoldState } from '../domain/hold.js';
import { DUE_CHANNEL } from './events.js';
import type { Prisma } from './generated/client.js';
import type { Ledger } from './ledger.js';
import { NOTICE_COLUMNS, WEBHOOK_DATA } from './notices.js';

/** Anything that runs Prisma's raw statements: the ledger, or a transaction on it. */
type Runner = Pick<Prisma.TransactionClient, '$executeRaw'>;

/** A delivery that must wait, and the most that its webhook may have queued or in flight meanwhile. */
export interface ParkedDelivery {
  readonly id: string;
  readonly webhookId: string;
  readonly allowance: number;
}

/**
 * Parks pending deliveries of active webhooks, and makes sure that each of these has a hold, which lets
 * them through again. Both happen in one statement, so that none is left parked without a hold. Where a hold
 * begins, the dispatcher is woken to look after it; so it is where the delivery that was to try came back.
 */
export async function parkDeliveries(
  runner: Runner,
  deliveries: readonly ParkedDelivery[],
  now: Date,
): Promise<void> {
  const allowances = new Map<string, number>();
  for (const { webhookId, allowance } of deliveries) {
    allowances.set(webhookId, Math.min(allowance, allowances.get(webhookId) ?? allowance));
  }
  const at = now.toISOString();
  const ids = deliveries.map((delivery) => delivery.id);
  await runner.$executeRaw`
    WITH input AS (
      SELECT * FROM unnest(${[...allowances.keys()]}::text[], ${[...allowances.values()]}::int[])
        AS input (webhook_id, allowance)
    ), webhook AS (
      SELECT webhook.id, input.allowance FROM posthorn.webhooks AS webhook
      JOIN input ON input.webhook_id = webhook.id
      WHERE webhook.active ORDER BY webhook.id FOR KEY SHARE OF webhook
    ), asleep AS (
      SELECT 1 FROM webhook LEFT JOIN posthorn.holds AS hold ON hold.webhook_id = webhook.id
      WHERE hold.release_at IS NULL
        OR hold.state = 'half_open' AND hold.probe = ANY(${ids}::text[])
    ), woken AS (
      SELECT pg_notify(${DUE_CHANNEL}, '') WHERE EXISTS (SELECT 1 FROM asleep)
    ), hold AS (
      INSERT INTO posthorn.holds AS hold (webhook_id, state, since, release_at, allowance)
      SELECT id, 'pacing', ${at}::timestamptz, ${at}::timestamptz, allowance FROM webhook
      ON CONFLICT (webhook_id) DO UPDATE SET
        release_at = CASE
          -- Once it has failed, its retry is no try: it waits for the pause like the others.
          WHEN hold.state = 'half_open' AND hold.probe = ANY(${ids}::text[])
            THEN ${at}::timestamptz
          ELSE coalesce(hold.release_at, ${at}::timestamptz)
        END,
        allowance = least(hold.allowance, excluded.allowance)
      RETURNING webhook_id
    )
    UPDATE posthorn.deliveries AS delivery SET dispatch_at = NULL
    FROM hold LEFT JOIN woken ON true
    WHERE delivery.id = ANY(${ids}::text[]) AND delivery.webhook_id = hold.webhook_id
      AND delivery.status = 'pending'`;
}

/** A change of a hold, with the state that it was judged by; null where there was none. */
export interface JudgedHold {
  readonly webhookId: string;
  readonly was: HoldState | null;
  readonly change: HoldChange;
}

/**
 * Changes holds as they were judged, or makes them. One that has changed its state meanwhile is left
 * alone: the next outcome judges it again.
 *
 * @returns the webhooks whose hold was changed or made
 */
export async function changeHolds(
  ledger: Ledger,
  judged: readonly JudgedHold[],
  now: Date,
): Promise<readonly string[]> {
  const input = JSON.stringify(
    judged.map(({ webhookId, was, change }) => ({ webhookId, was, ...change })),
  );
  const rows = await ledger.$queryRawUnsafe<{ id: string }[]>(
    CHANGE_HOLDS,
    input,
    now.toISOString(),
  );
  return rows.map((row) => row.id);
}

// A breaker that opens, and one that closes, is told of in the same statement. One that opens again after
// a try failed is no news.
const CHANGE_HOLDS = `
    WITH input AS (
      SELECT * FROM json_to_recordset($1::text::json) AS input ("webhookId" text,
        "was" posthorn.hold_state, "state" posthorn.hold_state, "allowance" int, "openings" int,
        "releaseAt" timestamptz)
    ), made AS (
      INSERT INTO posthorn.holds (webhook_id, state, since, release_at, allowance, openings)
      SELECT webhook.id, "state", $2::text::timestamptz, "releaseAt", "allowance", "openings"
      FROM input JOIN posthorn.webhooks AS webhook ON webhook.id = input."webhookId"
      WHERE "was" IS NULL ORDER BY webhook.id
      ON CONFLICT (webhook_id) DO NOTHING
      RETURNING webhook_id, state, 1 AS openings
    ), changed AS (
      UPDATE posthorn.holds AS hold SET
        state = input."state", allowance = input."allowance", openings = input."openings",
        -- A breaker whose try failed has been open all the while.
        since = CASE WHEN hold.state = input."state" OR hold.state = 'half_open' AND input."state" = 'open'
          THEN hold.since ELSE $2::text::timestamptz END,
        release_at = coalesce(input."releaseAt", hold.release_at)
      FROM input WHERE hold.webhook_id = input."webhookId" AND hold.state = input."was"
      RETURNING hold.webhook_id, hold.state, hold.openings
    ), turned AS (
      SELECT webhook_id, 'webhook.failing' AS type FROM made WHERE state = 'open'
      UNION ALL SELECT webhook_id, 'webhook.failing' FROM changed WHERE state = 'open' AND openings = 1
      UNION ALL SELECT webhook_id, 'webhook.recovered'
        FROM changed JOIN input ON input."webhookId" = webhook_id
        WHERE changed.state = 'pacing' AND "was" <> 'pacing'
    ), told AS (
      INSERT INTO posthorn.notices (${NOTICE_COLUMNS})
      SELECT posthorn.sortable_id('ntc_', $2::text::timestamptz), webhook.account_id, webhook.id,
        turned.type, $2::text::timestamptz, 'posthorn',
        CASE WHEN turned.type = 'webhook.failing'
          THEN format('%s failed attempts in a row, the last: %s, so its deliveries wait, and one at a time tries',
            webhook.consecutive_failures, coalesce(webhook.last_error, 'unknown'))
          ELSE 'it succeeded, and what waited is delivered at a growing pace' END,
        ${WEBHOOK_DATA}
      FROM turned JOIN posthorn.webhooks AS webhook ON webhook.id = turned.webhook_id
    )
    SELECT webhook_id AS id, pg_notify('${DUE_CHANNEL}', '')::text AS notified FROM made
    UNION ALL SELECT webhook_id, NULL FROM changed`;
