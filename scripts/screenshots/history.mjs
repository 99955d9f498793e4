// A month that has passed: attempts of each webhook by the hour, busier by day than by night, counted as
// the rollup counts them.
import { query } from '../../bench/services.mjs';
import { openLedger } from '../../dist/store/ledger.js';
import { makePartitions } from '../../dist/store/partitions.js';
import { KINDS } from './endpoints.mjs';

const DAYS = 30;
const DAY_MS = 86_400_000;

export async function writeHistory({ databaseUrl, posthorn, webhooks }) {
  const now = Date.now();
  const ledger = openLedger({ databaseUrl, poolSize: 1 });
  await makePartitions(ledger, new Date(now - DAYS * DAY_MS), new Date(now));
  await ledger.$disconnect();
  for (const { id, kind, perHour } of webhooks) {
    if (perHour > 0) await writeAttempts(databaseUrl, id, perHour, KINDS[kind]);
  }
  await query(databaseUrl, COUNT);
  await posthorn.rollup.recompute(new Date(now - (DAYS - 1) * DAY_MS));
}

/** By the hour, with a wave over the day; `setseed` makes each run's the same. */
function writeAttempts(databaseUrl, id, perHour, { latency, failing, brokenForHours = 0 }) {
  const [least, most] = latency;
  return query(
    databaseUrl,
    `WITH seeded AS (SELECT setseed(0.42)), attempt AS (
       SELECT hour + random() * interval '1 hour' AS at, random() AS luck, power(random(), 3) AS weight
       FROM seeded, generate_series(now() - interval '${DAYS} days', now(), interval '1 hour') AS hour,
         generate_series(1, greatest(1, round($2::float8 * (1.2 + sin(extract(hour FROM hour) / 24 * 6.28 - 1.9))))::int)
     ), judged AS (
       SELECT at, weight, luck < $5::float8 OR at > now() - $6::float8 * interval '1 hour' AS failed
       FROM attempt WHERE at < now() - interval '1 minute'
     )
     INSERT INTO posthorn.attempts
       (id, delivery_id, webhook_id, number, outcome, status_code, error, started_at, duration_ms)
     SELECT posthorn.sortable_id('att_', at), posthorn.sortable_id('dlv_', at), $1, 1,
       CASE WHEN failed THEN 'http_status' ELSE 'ok' END, CASE WHEN failed THEN 500 ELSE 200 END,
       CASE WHEN failed THEN 'the endpoint answered 500' END, at,
       $3::float8 + weight * ($4::float8 - $3::float8)
     FROM judged`,
    [id, perHour, least, most, failing, brokenForHours],
  );
}

/** What each webhook's row says of its attempts. */
const COUNT = `
  WITH last AS (
    SELECT webhook_id, max(started_at) FILTER (WHERE outcome = 'ok') AS success
    FROM posthorn.attempts GROUP BY webhook_id
  ), past AS (
    SELECT webhook_id, success, count(*) FILTER (WHERE outcome = 'ok') AS successes,
      count(*) FILTER (WHERE outcome <> 'ok') AS failures,
      count(*) FILTER (WHERE started_at > success) AS in_a_row,
      max(started_at) FILTER (WHERE outcome <> 'ok') AS last_failure,
      min(started_at) FILTER (WHERE started_at > success) AS failing_since
    FROM posthorn.attempts JOIN last USING (webhook_id) GROUP BY webhook_id, success
  )
  UPDATE posthorn.webhooks SET success_count = successes, failure_count = failures,
    last_success = success, consecutive_failures = in_a_row, failing_since = past.failing_since,
    last_failure = past.last_failure, created_at = now() - interval '${DAYS} days',
    last_error = CASE WHEN in_a_row > 0 THEN 'the endpoint answered 500' END,
    active_since = now() - interval '${DAYS} days'
  FROM past WHERE webhooks.id = past.webhook_id`;
