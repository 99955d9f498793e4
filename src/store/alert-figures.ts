import type { Metric } from '../domain/alert-rule.js';
import { SPANS } from '../domain/stats.js';

/** How a metric is read, in SQL. */
interface FigureSource {
  /** CTEs that it needs, each with a comma at its end. */
  readonly before?: string;
  /** Joined to `webhook` and `scope`. */
  readonly join?: string;
  /** What is read of each webhook, named. */
  readonly columns: string;
  /** Attempts in the window; counted only where a rule has a minimum, unless said here. */
  readonly attempts?: string;
  /** The value of one webhook, from those columns. */
  readonly one: string;
  /** The value of all webhooks of an account, from those columns of many rows. */
  readonly all: string;
}

/** Windows over this are read from hours. */
const FROM_HOURS_MS = 3 * 3_600_000;

/**
 * The counts of a webhook in a window: five minutes each, and hours each where the window is long, as far as
 * those are summed up. What lies partly in the window counts whole. Needs `now`, `summed` and `scope`.
 *
 * The bounds are rows, which the primary key alone can be searched by: the other index has the times of all
 * webhooks, and PostgreSQL may take it where it expects few counts.
 *
 * @param webhookId what names the webhook, as SQL
 * @param condition where it is false, nothing is read
 */
function statsOf(webhookId: string, condition = 'true'): string {
  const counts = (span: number, until: string) => `
      SELECT successes, failures, buckets, bucket_counts FROM posthorn.webhook_stats AS stats
      WHERE (${condition}) AND (stats.webhook_id, stats.span, stats.start)
          > (${webhookId}, ${span}, now.at - (scope.window_ms + ${span * 1_000}) * interval '1 ms')
        AND (stats.webhook_id, stats.span, stats.start) ${until}`;
  return `(${counts(SPANS.fiveMinutes, `<= (${webhookId}, ${SPANS.fiveMinutes}, now.at)`)}
        AND (scope.window_ms <= ${FROM_HOURS_MS} OR stats.start >= summed.until)
      UNION ALL ${counts(SPANS.hour, `< (${webhookId}, ${SPANS.hour}, summed.until)`)}
        AND scope.window_ms > ${FROM_HOURS_MS})`;
}

/** `bucketEnd` of the domain. */
const bucketEnd = (bucket: string) => `power(2, ${bucket} / 4.0)::float8`;

/** What has an incident. */
const IN_INCIDENT = 'SELECT subject FROM posthorn.incidents WHERE resolved_at IS NULL';

/** `quantile` of the domain at 0.95, of rows of counts. */
function p95Of(counts: string): string {
  return `
    SELECT lower.ms + (0.95 * total - (upto - count)) / count * (${bucketEnd('bucket')} - lower.ms) AS p95
    FROM (
      SELECT bucket, count, sum(count) OVER (ORDER BY bucket) AS upto, sum(count) OVER () AS total
      FROM (
        SELECT bucket, sum(count)::float8 AS count
        FROM ${counts} AS counted, unnest(buckets, bucket_counts) AS one (bucket, count)
        GROUP BY bucket
      ) AS merged
    ) AS running, LATERAL (
      SELECT CASE WHEN bucket = 0 THEN 0 ELSE ${bucketEnd('(bucket - 1)')} END AS ms
    ) AS lower
    WHERE upto >= 0.95 * total ORDER BY bucket LIMIT 1`;
}

const seconds = (since: string) => `greatest(0, extract(epoch FROM now.at - ${since}))::float8`;

const FIGURES: Readonly<Record<Metric, FigureSource>> = {
  consecutiveFailures: {
    columns: 'webhook.consecutive_failures',
    one: 'webhook.consecutive_failures::float8',
    all: 'sum(consecutive_failures)::float8',
  },
  successRate: {
    join: `LEFT JOIN LATERAL (
      SELECT sum(successes)::float8 AS successes, sum(successes + failures)::float8 AS attempts
      FROM ${statsOf('webhook.id')} AS counted
    ) AS quality ON true`,
    columns: 'quality.successes',
    attempts: 'quality.attempts',
    one: 'webhook.successes / nullif(webhook.attempts, 0)',
    all: 'sum(successes) / nullif(sum(attempts), 0)',
  },
  p95LatencyMs: {
    // The slowest bucket is had for little. Where not even that is beyond any threshold it stands for the
    // percentile, unless an incident is open, whose value is to be exact.
    join: `LEFT JOIN LATERAL (
      SELECT sum(successes + failures)::float8 AS attempts,
        ${bucketEnd('max(buckets[cardinality(buckets)])')} AS most
      FROM ${statsOf('webhook.id')} AS counted
    ) AS latency ON true
    LEFT JOIN LATERAL (${p95Of(
      statsOf('webhook.id', `latency.most > scope.lowest OR webhook.id IN (${IN_INCIDENT})`),
    )}) AS exact ON true`,
    columns: 'latency.most, exact.p95, scope.lowest',
    attempts: 'latency.attempts',
    one: 'coalesce(webhook.p95, webhook.most)',
    // Percentiles don't add up: the histograms of all of them do.
    all: `CASE WHEN max(most) <= max(lowest) AND account_id NOT IN (${IN_INCIDENT}) THEN max(most)
      ELSE (
        SELECT p95 FROM now, summed,
          (SELECT figure.account_id AS account_id, figure.window_ms AS window_ms) AS scope,
          LATERAL (${p95Of(`(
            SELECT part.* FROM posthorn.webhooks AS own, LATERAL ${statsOf('own.id')} AS part
            WHERE own.account_id = scope.account_id AND own.active)`)}) AS latency) END`,
  },
  timeSinceLastSuccess: {
    columns: 'webhook.failing_since, webhook.last_success, webhook.active_since',
    one: `CASE WHEN webhook.failing_since IS NULL THEN 0
      ELSE ${seconds('greatest(webhook.last_success, webhook.active_since)')} * 1000 END`,
    all: `CASE WHEN count(failing_since) = 0 THEN 0
      ELSE ${seconds('coalesce(max(last_success), min(active_since))')} * 1000 END`,
  },
  pendingAgeSeconds: {
    before: `due AS (
      SELECT webhook_id, min(due_at) AS since FROM posthorn.deliveries, now
      WHERE status = 'pending' AND due_at <= now.at AND account_id IN (SELECT account_id FROM rule)
      GROUP BY webhook_id
    ),`,
    join: 'LEFT JOIN due ON due.webhook_id = webhook.id',
    columns: 'due.since AS due_since',
    one: `coalesce(${seconds('webhook.due_since')}, 0)`,
    all: `coalesce(${seconds('min(due_since)')}, 0)`,
  },
  exhaustedDeliveries: {
    before: `span AS (SELECT DISTINCT window_ms FROM rule), ended AS (
      SELECT webhook_id, window_ms, count(*) AS count FROM span CROSS JOIN now JOIN posthorn.deliveries
        ON status = 'exhausted' AND ended_at <= now.at
          AND ended_at > now.at - window_ms * interval '1 ms'
      WHERE account_id IN (SELECT account_id FROM rule)
      GROUP BY webhook_id, window_ms
    ),`,
    join: 'LEFT JOIN ended ON ended.webhook_id = webhook.id AND ended.window_ms = scope.window_ms',
    columns: 'coalesce(ended.count, 0) AS exhausted',
    one: 'webhook.exhausted::float8',
    all: 'sum(exhausted)::float8',
  },
  breakerOpen: {
    join: `LEFT JOIN posthorn.holds AS hold
      ON hold.webhook_id = webhook.id AND hold.state IN ('open', 'half_open')`,
    columns: 'hold.since AS open_since',
    one: `coalesce(${seconds('webhook.open_since')}, 0)`,
    all: `coalesce(${seconds('min(open_since)')}, 0)`,
  },
};

/**
 * `figure`: what a metric is made of, for each active webhook that a `rule` looks at and each window; and
 * `total`: its value for whole accounts. Needs `now`, `summed` and `rule`; `one` is the value of a row of
 * `figure` that is called `webhook`.
 *
 * A webhook is looked at once for each window, however many rules ask.
 */
export function figures(metric: Metric): { readonly ctes: string; readonly one: string } {
  const { before = '', join = '', columns, attempts, one, all } = FIGURES[metric];
  const tried = `LEFT JOIN LATERAL (
      SELECT sum(successes + failures)::float8 AS attempts
      FROM ${statsOf('webhook.id', 'scope.has_minimum')} AS counted
    ) AS tried ON true`;
  const ctes = `
  ${before} scope AS (
    SELECT account_id, window_ms, bool_or(minimum > 0) AS has_minimum, bool_or(whole_account) AS whole,
      CASE WHEN bool_or(comparison = 'below') THEN 0 ELSE min(least(threshold, resolve_at)) END AS lowest,
      CASE WHEN count(*) = count(webhook_id) THEN array_agg(DISTINCT webhook_id) END AS webhook_ids
    FROM rule GROUP BY account_id, window_ms
  ), figure AS MATERIALIZED (
    SELECT webhook.id, webhook.account_id, webhook.tier, webhook.event_types,
      webhook.event_type_pattern, scope.window_ms, scope.whole,
      coalesce(${attempts ?? 'tried.attempts'}, 0) AS attempts, ${columns}
    FROM scope CROSS JOIN now CROSS JOIN summed
    JOIN posthorn.webhooks AS webhook ON webhook.account_id = scope.account_id AND webhook.active
      AND (scope.webhook_ids IS NULL OR webhook.id = ANY(scope.webhook_ids))
    ${join} ${attempts === undefined ? tried : ''}
  ), total AS (
    SELECT account_id, window_ms, sum(attempts) AS attempts, ${all} AS value
    FROM figure, now WHERE whole GROUP BY account_id, window_ms, now.at
  )`;
  return { ctes, one };
}
