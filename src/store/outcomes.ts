import type { ErrorClass } from '../domain/outcome.js';
import type { DeliveryStatus } from './generated/enums.js';
import type { Ledger } from './ledger.js';

/** One attempt with what it means for its delivery and its webhook. Times are ISO 8601. */
export interface OutcomeRow {
  readonly attemptId: string;
  readonly deliveryId: string;
  readonly webhookId: string;
  readonly number: number;
  readonly ok: boolean;
  /** True for a 410, which deactivates the webhook. */
  readonly gone: boolean;
  readonly outcome: 'ok' | ErrorClass;
  readonly statusCode: number | null;
  readonly error: string | null;
  readonly responseExcerpt: string | null;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly durationMs: number;
  readonly status: DeliveryStatus;
  readonly dueAt: string;
  readonly dispatchAt: string | null;
  readonly endedAt: string | null;
}

/**
 * Writes a group of outcomes in one statement: the attempts are inserted, each delivery is updated, and
 * each webhook's counters change once for the group.
 *
 * Writing the same group again changes nothing, so that a commit whose answer was lost can be repeated:
 * only attempts that were not there yet are counted. Webhooks are locked in the order of their ids, so
 * that groups of several processes can't deadlock. A delivery that ended meanwhile keeps its end.
 *
 * @returns the ids of webhooks that this group deactivated
 */
export async function writeOutcomes(
  ledger: Ledger,
  outcomes: readonly OutcomeRow[],
): Promise<readonly string[]> {
  const deliveryIds = outcomes.map((outcome) => outcome.deliveryId);
  const input = JSON.stringify(outcomes, (_key, value) =>
    typeof value === 'string' ? storable(value) : value,
  );
  const rows = await ledger.$queryRaw<{ id: string }[]>`
    WITH input AS (
      SELECT * FROM json_to_recordset(${input}::json) AS input (
        "attemptId" text, "deliveryId" text, "webhookId" text, "number" int, "ok" boolean,
        "gone" boolean, "outcome" text, "statusCode" int, "error" text, "responseExcerpt" text,
        "startedAt" timestamptz, "finishedAt" timestamptz, "durationMs" int,
        "status" posthorn.delivery_status, "dueAt" timestamptz, "dispatchAt" timestamptz,
        "endedAt" timestamptz)
    ), inserted AS (
      INSERT INTO posthorn.attempts (id, delivery_id, webhook_id, number, outcome, status_code, error,
        response_excerpt, started_at, duration_ms)
      SELECT "attemptId", "deliveryId", "webhookId", "number", "outcome", "statusCode", "error",
        "responseExcerpt", "startedAt", "durationMs"
      FROM input
      ON CONFLICT (id) DO NOTHING
      RETURNING id
    ), counted AS (
      SELECT input.*, max("finishedAt") FILTER (WHERE "ok") OVER (PARTITION BY "webhookId") AS last_success
      FROM input JOIN inserted ON inserted.id = input."attemptId"
    ), tally AS (
      SELECT "webhookId" AS webhook_id, max(last_success) AS last_success,
        count(*) FILTER (WHERE "ok") AS successes,
        count(*) FILTER (WHERE NOT "ok") AS failures,
        max("finishedAt") FILTER (WHERE NOT "ok") AS last_failure,
        (array_agg("error" ORDER BY "finishedAt" DESC) FILTER (WHERE NOT "ok"))[1] AS last_error,
        count(*) FILTER (WHERE NOT "ok" AND (last_success IS NULL OR "finishedAt" > last_success))
          AS trailing_failures,
        min("finishedAt") FILTER (WHERE NOT "ok" AND (last_success IS NULL OR "finishedAt" > last_success))
          AS trailing_since,
        max("finishedAt") FILTER (WHERE "gone") AS gone_at
      FROM counted GROUP BY "webhookId"
    ), locked AS (
      SELECT id, active FROM posthorn.webhooks WHERE id IN (SELECT webhook_id FROM tally)
      ORDER BY id FOR NO KEY UPDATE
    ), counters AS (
      UPDATE posthorn.webhooks AS webhook SET
        last_success = greatest(webhook.last_success, tally.last_success),
        last_failure = greatest(webhook.last_failure, tally.last_failure),
        last_error = coalesce(tally.last_error, webhook.last_error),
        success_count = webhook.success_count + tally.successes,
        failure_count = webhook.failure_count + tally.failures,
        consecutive_failures = tally.trailing_failures
          + CASE WHEN tally.successes > 0 THEN 0 ELSE webhook.consecutive_failures END,
        failing_since = CASE WHEN tally.successes > 0 THEN tally.trailing_since
          ELSE coalesce(webhook.failing_since, tally.trailing_since) END,
        active = webhook.active AND tally.gone_at IS NULL,
        deactivated_at = CASE WHEN webhook.active THEN tally.gone_at ELSE webhook.deactivated_at END,
        deactivation_reason = CASE WHEN webhook.active AND tally.gone_at IS NOT NULL THEN 'gone'
          ELSE webhook.deactivation_reason END,
        deactivation_detail = CASE WHEN webhook.active AND tally.gone_at IS NOT NULL
          THEN 'the endpoint answered 410 Gone' ELSE webhook.deactivation_detail END
      FROM tally JOIN locked ON locked.id = tally.webhook_id
      WHERE webhook.id = locked.id
      RETURNING webhook.id, locked.active AND tally.gone_at IS NOT NULL AS deactivated
    ), settled AS (
      UPDATE posthorn.deliveries AS delivery SET
        attempt_count = greatest(delivery.attempt_count, input."number"),
        status = input."status",
        due_at = input."dueAt",
        dispatch_at = input."dispatchAt",
        last_outcome = input."outcome",
        last_status_code = input."statusCode",
        ended_at = input."endedAt"
      FROM input
      WHERE delivery.id = input."deliveryId" AND delivery.id = ANY(${deliveryIds}::text[])
        AND delivery.status = 'pending'
        AND (delivery.attempt_count < input."number" OR input."ok")
    )
    SELECT id FROM counters WHERE deactivated`;
  return rows.map((row) => row.id);
}

/**
 * Text as PostgreSQL takes it. What an endpoint answered can hold a NUL or half a surrogate pair, and one
 * such row would fail its whole group.
 */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}
