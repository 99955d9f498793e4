import type { Standing } from '../domain/breaker.js';
import type { HoldState } from '../domain/hold.js';
import type { ErrorClass } from '../domain/outcome.js';
import type { StoredOverrides } from '../domain/policy.js';
import type { Tier } from '../domain/tier.js';
import { Prisma } from './generated/client.js';
import type { DeliveryStatus } from './generated/enums.js';
import type { Ledger } from './ledger.js';
import { WEBHOOK_DATA } from './notices.js';

/** One attempt with what it means for its delivery and its webhook. Times are ISO 8601. */
export interface OutcomeRow {
  readonly attemptId: string;
  readonly deliveryId: string;
  readonly webhookId: string;
  readonly number: number;
  readonly ok: boolean;
  /** True where the endpoint says that it is gone, which deactivates the webhook. */
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
  /** The most of the webhook's deliveries that may be queued or in flight, as far as the worker knows. */
  readonly allowance: number;
}

/** A webhook that a group of outcomes leaves in need of a look: it fails, is held, or was deactivated. */
export interface WebhookStanding extends Standing {
  readonly webhookId: string;
  readonly accountId: string;
  readonly tier: Tier;
  readonly overrides: StoredOverrides;
  /** True where an answer of this group deactivated it. */
  readonly deactivated: boolean;
}

interface StandingRow extends Omit<WebhookStanding, 'successes' | 'failures' | 'hold'> {
  readonly successes: bigint;
  readonly failures: bigint;
  readonly state: HoldState | null;
  readonly allowance: number;
  readonly openings: number;
}

/** How attempts of late are weighed. */
export interface OutcomeOptions {
  /** In which an attempt loses half its weight, in milliseconds. */
  readonly breakerWindowMs: number;
  /** An account that hears of every account's exhausted deliveries; null where there is none. */
  readonly operatorAccount?: string | null | undefined;
}

const WEBHOOK_COLUMNS = Prisma.raw(WEBHOOK_DATA);

/**
 * Writes a group of outcomes in one statement: the attempts are inserted, each delivery is updated, and
 * each webhook's counters change once for the group.
 *
 * Writing the same group again changes nothing, so that a commit whose answer was lost can be repeated:
 * only attempts that were not there yet are counted. Webhooks are locked in the order of their ids, so
 * that groups of several processes can't deadlock. A delivery that ended meanwhile keeps its end.
 *
 * An answer that deactivates its webhook is told of, and so is an exhausted delivery where an operational webhook
 * hears of it.
 *
 * @returns the webhooks that need a look
 */
export async function writeOutcomes(
  ledger: Ledger,
  outcomes: readonly OutcomeRow[],
  { breakerWindowMs, operatorAccount = null }: OutcomeOptions,
): Promise<readonly WebhookStanding[]> {
  const deliveryIds = outcomes.map((outcome) => outcome.deliveryId);
  const input = JSON.stringify(outcomes, (_key, value) =>
    typeof value === 'string' ? storable(value) : value,
  );
  const rows = await ledger.$queryRaw<StandingRow[]>`
    WITH input AS (
      SELECT * FROM json_to_recordset(${input}::json) AS input (
        "attemptId" text, "deliveryId" text, "webhookId" text, "number" int, "ok" boolean,
        "gone" boolean, "outcome" text, "statusCode" int, "error" text, "responseExcerpt" text,
        "startedAt" timestamptz, "finishedAt" timestamptz, "durationMs" int,
        "status" posthorn.delivery_status, "dueAt" timestamptz, "dispatchAt" timestamptz,
        "endedAt" timestamptz, "allowance" int)
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
        max("finishedAt") FILTER (WHERE "gone") AS gone_at,
        CASE max("statusCode") FILTER (WHERE "gone") WHEN 410 THEN 'the endpoint answered 410 Gone'
          ELSE 'the endpoint answered 404, and that it does not exist' END AS gone_detail,
        max("finishedAt") AS at, min("allowance") AS most
      FROM counted GROUP BY "webhookId"
    ), locked AS (
      SELECT id, active, recent_at FROM posthorn.webhooks WHERE id IN (SELECT webhook_id FROM tally)
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
        -- What has faded is nothing: a real number can't become smaller and smaller.
        recent_successes = tally.successes + CASE WHEN webhook.recent_successes * weight.kept < 1e-6
          THEN 0 ELSE webhook.recent_successes * weight.kept END,
        recent_failures = tally.failures + CASE WHEN webhook.recent_failures * weight.kept < 1e-6
          THEN 0 ELSE webhook.recent_failures * weight.kept END,
        recent_at = greatest(webhook.recent_at, tally.at),
        active = webhook.active AND tally.gone_at IS NULL,
        deactivated_at = CASE WHEN webhook.active THEN tally.gone_at ELSE webhook.deactivated_at END,
        deactivation_reason = CASE WHEN webhook.active AND tally.gone_at IS NOT NULL THEN 'gone'
          ELSE webhook.deactivation_reason END,
        deactivation_detail = CASE WHEN webhook.active AND tally.gone_at IS NOT NULL
          THEN tally.gone_detail ELSE webhook.deactivation_detail END
      FROM tally JOIN locked ON locked.id = tally.webhook_id
        CROSS JOIN LATERAL (SELECT coalesce(power(0.5, least(100, greatest(0,
          extract(epoch FROM tally.at - locked.recent_at) * 1000 / ${breakerWindowMs}::float8))), 0) AS kept
        ) AS weight
      WHERE webhook.id = locked.id
      RETURNING webhook.id, webhook.account_id, webhook.operational, tally.gone_at,
        tally.gone_detail, locked.active AND tally.gone_at IS NOT NULL AS deactivated, ${WEBHOOK_COLUMNS} AS data,
        webhook.tier, webhook.overrides,
        tally.successes, tally.failures, tally.most, webhook.consecutive_failures,
        webhook.recent_successes, webhook.recent_failures
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
      RETURNING delivery.id, delivery.event_id, delivery.webhook_id, delivery.account_id,
        delivery.status, delivery.attempt_count, delivery.ended_at, input."error"
    ), told AS (
      INSERT INTO posthorn.notices (id, account_id, webhook_id, type, at, actor, detail, data)
      SELECT posthorn.sortable_id('ntc_', gone_at), account_id, id, 'webhook.deactivated', gone_at,
        'posthorn', gone_detail, data || '{"reason": "gone"}'
      FROM counters WHERE deactivated
      UNION ALL
      SELECT posthorn.sortable_id('ntc_', ended_at), account_id, webhook_id, 'delivery.exhausted', ended_at,
        'posthorn', format('the last of %s attempts failed: %s', attempt_count, "error"),
        jsonb_build_object('deliveryId', id, 'eventId', event_id, 'attempts', attempt_count,
          'lastError', "error")
      FROM settled
      WHERE status = 'exhausted' AND EXISTS (
        SELECT 1 FROM posthorn.webhooks AS listener
        WHERE listener.operational AND listener.active
          AND listener.account_id IN (settled.account_id, ${operatorAccount}))
    )
    SELECT counters.id AS "webhookId", counters.account_id AS "accountId", counters.tier::text, counters.overrides, deactivated, successes, failures, most AS "most",
      consecutive_failures AS "consecutiveFailures", recent_successes AS "recentSuccesses",
      recent_failures AS "recentFailures", hold.state::text, hold.allowance, hold.openings
    FROM counters LEFT JOIN posthorn.holds AS hold ON hold.webhook_id = counters.id
    WHERE deactivated OR consecutive_failures > 0 OR hold.webhook_id IS NOT NULL`;
  return rows.map(({ state, allowance, openings, successes, failures, ...standing }) => ({
    ...standing,
    successes: Number(successes),
    failures: Number(failures),
    hold: state === null ? null : { state, allowance, openings },
  }));
}

/**
 * Text as PostgreSQL takes it. What an endpoint answered can hold a NUL or half a surrogate pair, and one
 * such row would fail its whole group.
 */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}
