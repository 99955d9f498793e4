import type { PastCounts, PastState, PastTime } from '../domain/alert-replay.js';
import { SPANS } from '../domain/stats.js';
import { COVERS } from './alert-evaluation.js';
import type { RuleColumns } from './alert-rules.js';
import type { Ledger } from './ledger.js';

/** A webhook that a rule would look at. */
export interface CoveredWebhook {
  readonly id: string;
  readonly url: string;
}

/** The active webhooks of an account that a rule would look at, in the order of their ids. */
export function listCovered(
  ledger: Ledger,
  accountId: string,
  rule: Pick<RuleColumns, 'webhookId' | 'tier' | 'eventType'>,
  page: { readonly after: string; readonly take: number },
): Promise<CoveredWebhook[]> {
  return ledger.$queryRawUnsafe<CoveredWebhook[]>(
    `SELECT webhook.id, webhook.url FROM posthorn.webhooks AS webhook,
      (SELECT $2::text AS webhook_id, $3::text::posthorn.tier AS tier, $4::text AS event_type) AS rule
    WHERE webhook.account_id = $1::text AND webhook.active AND webhook.id > $5::text AND ${COVERS}
    ORDER BY webhook.id LIMIT $6::int`,
    accountId,
    rule.webhookId,
    rule.tier,
    rule.eventType,
    page.after,
    page.take,
  );
}

/** Rows of several webhooks, by webhook. */
export type ByWebhook<Row> = ReadonlyMap<string, readonly Row[]>;

/**
 * What was counted of webhooks: in hours before `fineFrom`, in five minutes after it, in the order of time.
 */
export async function readPastCounts(
  ledger: Ledger,
  webhookIds: readonly string[],
  { from, to, fineFrom }: PastTime & { readonly fineFrom: Date },
): Promise<ByWebhook<PastCounts>> {
  const rows = await ledger.webhookStats.findMany({
    where: {
      webhookId: { in: [...webhookIds] },
      OR: [
        { span: SPANS.hour, start: { gte: from, lt: fineFrom } },
        { span: SPANS.fiveMinutes, start: { gte: from < fineFrom ? fineFrom : from, lt: to } },
      ],
    },
    orderBy: { start: 'asc' },
  });
  return byWebhook(rows, ({ start, span, successes, failures, buckets, bucketCounts: counts }) => {
    const end = new Date(Math.min(start.getTime() + span * 1_000, to.getTime()));
    return { end, successes, failures, buckets, counts, exhausted: 0 };
  });
}

/** How many deliveries of webhooks were exhausted, minute by minute. */
export async function readPastExhausted(
  ledger: Ledger,
  webhookIds: readonly string[],
  { from, to }: PastTime,
): Promise<ByWebhook<PastCounts>> {
  const rows = await ledger.$queryRaw<{ webhookId: string; end: Date; exhausted: number }[]>`
    SELECT webhook_id AS "webhookId", max(ended_at) AS "end", count(*)::int AS exhausted
    FROM posthorn.deliveries
    WHERE status = 'exhausted' AND ended_at > ${from.toISOString()}::timestamptz
      AND ended_at <= ${to.toISOString()}::timestamptz AND webhook_id = ANY(${webhookIds}::text[])
    GROUP BY webhook_id, floor(extract(epoch FROM ended_at) / 60) ORDER BY 2`;
  const none = { successes: 0, failures: 0, buckets: [], counts: [] };
  return byWebhook(rows, ({ end, exhausted }) => ({ ...none, end, exhausted }));
}

/** Failed attempts in a row, with no success between. */
export interface FailureRun {
  /** The success before them; null where there was none in that time. */
  readonly success: Date | null;
  readonly first: Date;
  /** The failed attempt of the number that was asked for; null where there were fewer. */
  readonly reached: Date | null;
  /** The success after them; null where there was none yet. */
  readonly until: Date | null;
}

/**
 * The runs of failures of webhooks, from their attempts: those that reach a length, or last for longer than a
 * time without a success.
 *
 * @param wanted.most how many of each webhook, the earliest first
 */
export async function readFailureRuns(
  ledger: Ledger,
  webhookIds: readonly string[],
  time: PastTime,
  wanted: { readonly length: number; readonly lastingMs: number; readonly most: number },
): Promise<ByWebhook<FailureRun>> {
  const rows = await ledger.$queryRaw<(FailureRun & { readonly webhookId: string })[]>`
    WITH attempt AS (
      SELECT webhook_id, id, outcome, started_at,
        count(*) FILTER (WHERE outcome = 'ok') OVER (PARTITION BY webhook_id ORDER BY id) AS run
      FROM posthorn.attempts
      WHERE webhook_id = ANY(${webhookIds}::text[]) AND id >= ${firstAttempt(time.from)}
        AND id < ${firstAttempt(time.to)}
    ), placed AS (
      SELECT *, count(*) FILTER (WHERE outcome <> 'ok')
        OVER (PARTITION BY webhook_id, run ORDER BY id) AS place
      FROM attempt
    ), run AS (
      SELECT webhook_id, run, min(started_at) FILTER (WHERE outcome = 'ok') AS success,
        min(started_at) FILTER (WHERE outcome <> 'ok') AS first,
        min(started_at) FILTER (WHERE outcome <> 'ok' AND place = ${wanted.length}::float8) AS reached
      FROM placed GROUP BY webhook_id, run
    ), followed AS (
      SELECT *, lead(success) OVER (PARTITION BY webhook_id ORDER BY run) AS until FROM run
    ), found AS (
      SELECT *, row_number() OVER (PARTITION BY webhook_id ORDER BY run) AS nth FROM followed
      WHERE first IS NOT NULL AND (reached IS NOT NULL
        OR coalesce(until, ${time.to.toISOString()}::timestamptz)
          - coalesce(success, ${time.from.toISOString()}::timestamptz)
          > ${wanted.lastingMs}::float8 * interval '1 ms')
    )
    SELECT webhook_id AS "webhookId", success, first, reached, until FROM found
    WHERE nth <= ${wanted.most}::int ORDER BY webhook_id, run`;
  return byWebhook(rows, ({ webhookId: _webhookId, ...run }) => run);
}

function firstAttempt(at: Date): string {
  return `att_${at.getTime().toString(16).padStart(12, '0')}`;
}

/**
 * When the breakers of webhooks were open for longer than a time, not only before `from`, from their histories.
 *
 * @param wanted.most how many times of each webhook, the earliest first
 */
export async function readOpenBreakers(
  ledger: Ledger,
  webhookIds: readonly string[],
  { from, to }: PastTime,
  wanted: { readonly lastingMs: number; readonly most: number },
): Promise<ByWebhook<PastState>> {
  const rows = await ledger.$queryRaw<{ webhookId: string; since: Date; until: Date | null }[]>`
    WITH turn AS (
      SELECT webhook_id, type, at, lead(at) OVER (PARTITION BY webhook_id ORDER BY at, id) AS until
      FROM posthorn.notices
      WHERE webhook_id = ANY(${webhookIds}::text[]) AND at <= ${to.toISOString()}::timestamptz
        AND type IN ('webhook.failing', 'webhook.recovered', 'webhook.deactivated',
          'webhook.reactivated')
    ), found AS (
      SELECT *, row_number() OVER (PARTITION BY webhook_id ORDER BY at) AS nth FROM turn
      WHERE type = 'webhook.failing'
        AND (until IS NULL OR until > ${from.toISOString()}::timestamptz)
        AND coalesce(until, ${to.toISOString()}::timestamptz) - at
          > ${wanted.lastingMs}::float8 * interval '1 ms'
    )
    SELECT webhook_id AS "webhookId", at AS since, until FROM found
    WHERE nth <= ${wanted.most}::int ORDER BY webhook_id, at`;
  return byWebhook(rows, ({ since, until }) => ({ since, from: since, until }));
}

function byWebhook<Row extends { readonly webhookId: string }, Item>(
  rows: readonly Row[],
  toItem: (row: Row) => Item,
): ByWebhook<Item> {
  const found = new Map<string, Item[]>();
  for (const row of rows) {
    const items = found.get(row.webhookId) ?? [];
    items.push(toItem(row));
    found.set(row.webhookId, items);
  }
  return found;
}
