import { firstIdAt } from '../domain/id.js';
import type { Finding } from '../domain/invariant.js';
import { DELIVERY_ID, WANTS_TYPE } from './events.js';
import type { Ledger } from './ledger.js';
import { finding, MOST_MENDED } from './reconcile-finding.js';

/** Events of which times are looked at. */
export interface EventWindow {
  readonly from: Date;
  readonly to: Date;
}

/**
 * Each event has one delivery to each webhook that wanted it. Only webhooks are asked that have stood as
 * they are since `steadyMs` before the event, because the ledger does not say what others wanted then.
 * A delivery that is missing is written, due now.
 */
export async function reconcileFanOut(
  ledger: Ledger,
  window: EventWindow,
  options: { readonly steadyMs: number; readonly now: Date; readonly mend: boolean },
): Promise<Finding> {
  const { steadyMs, now, mend } = options;
  const missing = await ledger.$queryRawUnsafe<MissingRow[]>(
    MISSING_DELIVERIES,
    ...bounds(window),
    steadyMs,
  );
  const input = JSON.stringify(missing);
  const mended =
    mend && missing.length > 0
      ? await ledger.$executeRawUnsafe(WRITE_MISSING, input, now.toISOString())
      : 0;
  const examples = missing.map(({ eventId, webhookId }) => `${eventId} to ${webhookId}`);
  return finding('missing_delivery', examples, mended);
}

interface MissingRow {
  readonly eventId: string;
  readonly webhookId: string;
  readonly accountId: string;
}

const MISSING_DELIVERIES = `
  WITH event AS (
    SELECT id, account_id, type, operational, created_at FROM posthorn.events WHERE id >= $1 AND id < $2
  ), kind AS (
    SELECT DISTINCT account_id, type, operational FROM event
  ), match AS (
    SELECT kind.account_id, kind.type, kind.operational, webhook.id AS webhook_id,
      webhook.updated_at + $5::float8 * interval '1 ms' AS steady_from
    FROM kind JOIN posthorn.webhooks AS webhook
      ON webhook.account_id = kind.account_id AND webhook.active
      AND webhook.operational = kind.operational AND ${WANTS_TYPE}
  )
  SELECT event.id AS "eventId", match.webhook_id AS "webhookId", event.account_id AS "accountId"
  FROM event JOIN match USING (account_id, type, operational)
  LEFT JOIN posthorn.deliveries AS delivery
    ON delivery.event_id = event.id AND delivery.webhook_id = match.webhook_id
    AND delivery.id >= $3 AND delivery.id < $4
  WHERE match.steady_from < event.created_at AND delivery.id IS NULL
  LIMIT ${MOST_MENDED}`;

const WRITE_MISSING = `
  INSERT INTO posthorn.deliveries
    (id, event_id, webhook_id, account_id, due_at, dispatch_at, created_at)
  SELECT ${DELIVERY_ID}, event_id, webhook_id, account_id,
    $2::timestamptz, $2::timestamptz, $2::timestamptz
  FROM json_to_recordset($1::json) AS input ("eventId" text, "webhookId" text, "accountId" text),
    LATERAL (SELECT "eventId" AS event_id, "webhookId" AS webhook_id, "accountId" AS account_id,
      md5("eventId" || "webhookId") AS digest) AS missing
  ON CONFLICT (id) DO NOTHING`;

/** No event has two deliveries to one webhook. Which of them is the right one can't be told. */
export async function reconcileDuplicates(ledger: Ledger, window: EventWindow): Promise<Finding> {
  const [, , from, to] = bounds(window);
  const rows = await ledger.$queryRaw<{ id: string }[]>`
    SELECT min(id) AS id FROM posthorn.deliveries
    WHERE id >= ${from} AND id < ${to}
    GROUP BY event_id, webhook_id HAVING count(*) > 1 LIMIT ${MOST_MENDED}`;
  return finding(
    'duplicate_delivery',
    rows.map(({ id }) => id),
    0,
  );
}

/** A pending delivery has its event. One that has not can never be made, and is discarded. */
export async function reconcileLostEvents(
  ledger: Ledger,
  window: EventWindow,
  options: { readonly now: Date; readonly mend: boolean },
): Promise<Finding> {
  const [eventFrom, eventTo, from, to] = bounds(window);
  const rows = await ledger.$queryRaw<{ id: string }[]>`
    SELECT delivery.id FROM posthorn.deliveries AS delivery
    LEFT JOIN posthorn.events AS event ON event.id = delivery.event_id
      AND event.id >= ${eventFrom} AND event.id < ${eventTo}
    WHERE delivery.id >= ${from} AND delivery.id < ${to} AND delivery.status = 'pending'
      AND delivery.event_id >= ${eventFrom} AND delivery.event_id < ${eventTo}
      AND event.id IS NULL
    LIMIT ${MOST_MENDED}`;
  const ids = rows.map(({ id }) => id);
  const mended = options.mend && ids.length > 0 ? await discard(ledger, ids, options.now) : 0;
  return finding('lost_event', ids, mended);
}

function discard(ledger: Ledger, ids: readonly string[], now: Date): Promise<number> {
  return ledger.$executeRaw`
    UPDATE posthorn.deliveries
    SET status = 'discarded', dispatch_at = NULL, ended_at = ${now.toISOString()}::timestamptz
    WHERE id = ANY(${ids}::text[]) AND status = 'pending'`;
}

/** How far clocks may be apart. */
const CLOCKS_DIFFER_MS = 3_600_000;

/**
 * A delivery says how many attempts were made, and one that is delivered has one that succeeded. An attempt
 * whose outcome came after the end of its delivery may count more.
 */
export async function reconcileAttempts(
  ledger: Ledger,
  window: EventWindow,
  now: Date,
): Promise<Finding> {
  const [, , from, to] = bounds(window);
  // Both ends, so that PostgreSQL leaves out other days. An attempt's id has the time of its worker's clock.
  const attemptsFrom = firstIdAt('att_', new Date(window.from.getTime() - CLOCKS_DIFFER_MS));
  const attemptsTo = firstIdAt('att_', new Date(now.getTime() + CLOCKS_DIFFER_MS));
  const rows = await ledger.$queryRaw<{ id: string }[]>`
    SELECT delivery.id FROM posthorn.deliveries AS delivery
    LEFT JOIN LATERAL (
      SELECT max(number) AS made, bool_or(outcome = 'ok') AS succeeded FROM posthorn.attempts
      WHERE delivery_id = delivery.id AND id >= ${attemptsFrom} AND id < ${attemptsTo}
    ) AS attempts ON true
    WHERE delivery.id >= ${from} AND delivery.id < ${to}
      AND (delivery.attempt_count > coalesce(attempts.made, 0)
        OR delivery.status = 'pending' AND delivery.attempt_count < attempts.made
        OR delivery.status = 'delivered' AND attempts.succeeded IS NOT TRUE)
    LIMIT ${MOST_MENDED}`;
  return finding(
    'attempt_mismatch',
    rows.map(({ id }) => id),
    0,
  );
}

/** The ids between which the events and their deliveries are: a delivery's id has its event's time. */
function bounds({ from, to }: EventWindow): [string, string, string, string] {
  return [
    firstIdAt('evt_', from),
    firstIdAt('evt_', to),
    firstIdAt('dlv_', from),
    firstIdAt('dlv_', to),
  ];
}
