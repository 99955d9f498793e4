import { BUCKET_OF_DURATION } from '../domain/histogram.js';
import { firstIdAt } from '../domain/id.js';
import { type Counted, SPANS } from '../domain/stats.js';
import type { Ledger, SqlRunner } from './ledger.js';

/** Serialises rollups; any number that nobody else uses. */
const ROLLUP_LOCK = 7_465_002;

/** Counts of one span of one webhook. */
export interface SpanCounts extends Counted {
  readonly start: Date;
  readonly spanSeconds: number;
}

/**
 * Runs work that nobody else runs at the same time; false where somebody does. The lock ends with the
 * transaction, so with the process, too.
 */
export function aloneInRollup(
  ledger: Ledger,
  work: (tx: SqlRunner) => Promise<void>,
): Promise<boolean> {
  return ledger.$transaction(
    async (tx) => {
      const [row] = await tx.$queryRaw<{ mine: boolean }[]>`
        SELECT pg_try_advisory_xact_lock(${ROLLUP_LOCK}::int) AS mine`;
      if (!row?.mine) return false;
      // Planned without values, the joins of counts would compare each with each.
      await tx.$executeRaw`SET LOCAL enable_nestloop = off`;
      await tx.$executeRaw`SET LOCAL work_mem = '64MB'`;
      await work(tx);
      return true;
    },
    { timeout: 110_000, maxWait: 10_000 },
  );
}

/**
 * Counts attempts that began in some time, in five minutes each, in place of what was counted of it before: a
 * run that is repeated leaves the same counts. Both times are bounds of five minutes.
 */
export async function countAttempts(runner: SqlRunner, from: Date, to: Date): Promise<void> {
  await runner.$queryRawUnsafe(CLEAR, SPANS.fiveMinutes, from.toISOString(), to.toISOString());
  await runner.$queryRawUnsafe(COUNT, firstIdAt('att_', from), firstIdAt('att_', to));
}

/** Sums counts up: the shorter ones of an hour into the hour's, or of a day into the day's. */
export async function sumUp(
  runner: SqlRunner,
  start: Date,
  spans: { readonly from: number; readonly to: number },
): Promise<void> {
  const times = [start.toISOString(), new Date(start.getTime() + spans.to * 1_000).toISOString()];
  await runner.$queryRawUnsafe(CLEAR, spans.to, ...times);
  await runner.$queryRawUnsafe(SUM_UP, ...times, spans.from, spans.to);
}

// What was counted before and is not there any more, like an attempt of a deleted webhook, must not stay.
const CLEAR = `
  DELETE FROM posthorn.webhook_stats
  WHERE span = $1::int AND start >= $2::text::timestamptz AND start < $3::text::timestamptz`;

// The time of an attempt is that of its id, so that a span is a range of ids.
const COUNT = `
  WITH attempt AS (
    SELECT webhook_id, outcome, duration_ms, ${BUCKET_OF_DURATION} AS bucket,
      to_timestamp(floor(('x' || substr(id, 5, 12))::bit(48)::bigint / ${SPANS.fiveMinutes}000)
        * ${SPANS.fiveMinutes}) AS start
    FROM posthorn.attempts WHERE id >= $1::text AND id < $2::text
  ), cell AS (
    SELECT webhook_id, start, outcome, bucket, count(*) AS count, sum(duration_ms) AS duration
    FROM attempt GROUP BY webhook_id, start, outcome, bucket
  ), class AS (
    SELECT webhook_id, start, jsonb_object_agg(outcome, count) AS classes FROM (
      SELECT webhook_id, start, outcome, sum(count) AS count FROM cell
      WHERE outcome <> 'ok' GROUP BY webhook_id, start, outcome
    ) AS failed GROUP BY webhook_id, start
  ), bucket AS (
    SELECT webhook_id, start, array_agg(bucket ORDER BY bucket) AS buckets,
      array_agg(count::int ORDER BY bucket) AS counts,
      sum(successes) AS successes, sum(failures) AS failures, sum(duration) AS duration
    FROM (
      SELECT webhook_id, start, bucket, sum(count) AS count, sum(duration) AS duration,
        sum(count) FILTER (WHERE outcome = 'ok') AS successes,
        sum(count) FILTER (WHERE outcome <> 'ok') AS failures
      FROM cell GROUP BY webhook_id, start, bucket
    ) AS filled GROUP BY webhook_id, start
  )
  INSERT INTO posthorn.webhook_stats (webhook_id, span, start, successes, failures, failure_classes,
    duration_sum, buckets, bucket_counts)
  SELECT bucket.webhook_id, ${SPANS.fiveMinutes}, bucket.start, coalesce(successes, 0),
    coalesce(failures, 0), coalesce(classes, '{}'), duration, buckets, counts
  FROM bucket JOIN posthorn.webhooks AS webhook ON webhook.id = bucket.webhook_id
  LEFT JOIN class ON class.webhook_id = bucket.webhook_id AND class.start = bucket.start`;

/** The counts themselves, as columns. */
export const COUNTS = 'successes, failures, failure_classes, duration_sum, buckets, bucket_counts';

/** A query that adds up the rows of another one that have the same `key` and `start`. */
export function addedUp(part: string): string {
  return `
  WITH part AS (${part}), total AS (
    SELECT key, start, sum(successes) AS successes, sum(failures) AS failures,
      sum(duration_sum) AS duration_sum
    FROM part GROUP BY key, start
  ), class AS (
    SELECT key, start, jsonb_object_agg(name, count) AS classes FROM (
      SELECT key, start, name, sum(count::int) AS count
      FROM part, jsonb_each_text(failure_classes) AS one (name, count) GROUP BY key, start, name
    ) AS named GROUP BY key, start
  ), bucket AS (
    SELECT key, start, array_agg(bucket ORDER BY bucket) AS buckets,
      array_agg(count ORDER BY bucket) AS bucket_counts
    FROM (
      SELECT key, start, bucket, sum(count)::int AS count
      FROM part, unnest(buckets, bucket_counts) AS one (bucket, count) GROUP BY key, start, bucket
    ) AS filled GROUP BY key, start
  )
  SELECT key, start, successes, failures, coalesce(classes, '{}') AS failure_classes, duration_sum,
    buckets, bucket_counts
  FROM total JOIN bucket USING (key, start) LEFT JOIN class USING (key, start)`;
}

// $3: the span that is summed up, $4: the one that it is summed up to.
const PARTS = `
  SELECT webhook_id AS key,
    to_timestamp(floor(extract(epoch FROM start) / $4::int) * $4::int) AS start, ${COUNTS}
  FROM posthorn.webhook_stats
  WHERE span = $3::int AND start >= $1::text::timestamptz AND start < $2::text::timestamptz`;

const SUM_UP = `
  INSERT INTO posthorn.webhook_stats (webhook_id, start, ${COUNTS}, span)
  SELECT key, start, ${COUNTS}, $4::int FROM (${addedUp(PARTS)}) AS whole`;

/** Up to where everything is counted for good; undefined before the first run. */
export async function readMark(runner: SqlRunner, name: string): Promise<Date | undefined> {
  const rows = await runner.$queryRawUnsafe<{ at: Date }[]>(
    'SELECT at FROM posthorn.marks WHERE name = $1::text',
    name,
  );
  return rows[0]?.at;
}

export async function writeMark(runner: SqlRunner, name: string, at: Date): Promise<void> {
  await runner.$queryRawUnsafe(
    `INSERT INTO posthorn.marks (name, at) VALUES ($1::text, $2::text::timestamptz)
     ON CONFLICT (name) DO UPDATE SET at = excluded.at`,
    name,
    at.toISOString(),
  );
}

/** Rows deleted in one statement, so that none of them holds its locks for long. */
const BATCH = 10_000;

/** Forgets counts of one span that began before a time. */
export async function deleteStats(ledger: Ledger, span: number, before: Date): Promise<void> {
  for (;;) {
    // In the order of an index: without one PostgreSQL reads all counts, to find none.
    const count = await ledger.$executeRaw`
      DELETE FROM posthorn.webhook_stats WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM posthorn.webhook_stats
        WHERE span = ${span}::int AND start < ${before.toISOString()}::timestamptz
        ORDER BY start LIMIT ${BATCH}))`;
    if (count < BATCH) return;
  }
}

/** Forgets counts of webhooks that were deleted. */
export function deleteOrphanedStats(ledger: Ledger): Promise<number> {
  return ledger.$executeRaw`
    DELETE FROM posthorn.webhook_stats AS stats
    WHERE span = ${SPANS.day}::int AND NOT EXISTS (
      SELECT 1 FROM posthorn.webhooks AS webhook WHERE webhook.id = stats.webhook_id)`;
}

/** One webhook's counts of one span, in the order of time. */
export async function readStats(
  ledger: Ledger,
  webhookId: string,
  range: { readonly span: number; readonly from: Date; readonly to: Date },
): Promise<SpanCounts[]> {
  const { span, from, to } = range;
  const rows = await ledger.webhookStats.findMany({
    where: { webhookId, span, start: { gte: from, lt: to } },
    orderBy: { start: 'asc' },
  });
  return rows.map(toCounts);
}

/** A row of counts, as rules read it. */
export function toCounts(row: {
  readonly start: Date;
  readonly span: number;
  readonly successes: number;
  readonly failures: number;
  readonly failureClasses: unknown;
  readonly durationSum: bigint;
  readonly buckets: number[];
  readonly bucketCounts: number[];
}): SpanCounts {
  return {
    start: row.start,
    spanSeconds: row.span,
    successes: row.successes,
    failures: row.failures,
    failuresByClass: row.failureClasses as Record<string, number>,
    durationSum: Number(row.durationSum),
    buckets: row.buckets,
    counts: row.bucketCounts,
  };
}
