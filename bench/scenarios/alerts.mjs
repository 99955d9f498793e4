// One evaluation of many alert rules over many webhooks.
import { createPosthorn } from '../../dist/index.js';
import { query } from '../services.mjs';

const RULES_EACH = 100;
const MIB = 2 ** 20;

export function prepare(services, { quick, count = quick ? 1_000 : 10_000 }) {
  const webhooks = count * 10;
  const accounts = count / RULES_EACH;

  async function run(attempts) {
    const place = await services.fresh();
    await fill(place.databaseUrl, { webhooks, accounts, attempts });
    const posthorn = await createPosthorn({
      databaseUrl: place.databaseUrl,
      redisUrl: place.redisUrl,
      secretKey: Buffer.alloc(32, 1).toString('base64'),
      logLevel: 'warn',
    });
    try {
      // Connections and code are there in a process that runs.
      await posthorn.alerts.incidents.list();
      const before = process.memoryUsage().rss;
      const first = await timed(() => posthorn.alerts.evaluate());
      const second = await timed(() => posthorn.alerts.evaluate());
      return {
        firstSeconds: first.seconds,
        seconds: second.seconds,
        opened: first.result.opened,
        again: second.result.opened + second.result.told,
        grownMiB: Math.max(0, process.memoryUsage().rss - before) / MIB,
      };
    } finally {
      await posthorn.stop();
    }
  }

  return {
    title: `${count} rules of all metrics over ${webhooks} webhooks of ${accounts} accounts`,
    columns: [
      { name: 'firstSeconds', label: 'first run s', digits: 1 },
      { name: 'opened', label: 'incidents opened' },
      { name: 'seconds', label: 'next run s', digits: 1 },
      { name: 'again', label: 'opened or told again' },
      { name: 'grownMiB', label: 'process grew MiB' },
    ],
    peers: [
      { peer: '3 h of attempts', run: () => run(true) },
      { peer: 'nothing was sent', run: () => run(false) },
    ],
    targets: (found) => [
      { what: 'a run, s', value: found['3 h of attempts'].seconds, bound: 30 },
      { what: 'the process grew, MiB', value: found['3 h of attempts'].grownMiB, bound: 200 },
    ],
  };
}

async function timed(work) {
  const at = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - at) / 1_000 };
}

/** Webhooks of which one in a hundred fails, what was counted of them, and rules of each metric. */
async function fill(databaseUrl, { webhooks, accounts, attempts }) {
  await query(
    databaseUrl,
    `INSERT INTO posthorn.webhooks (id, account_id, url, secrets, active_since, created_at, updated_at,
       last_success, failing_since, consecutive_failures, tier)
     SELECT 'wh_' || lpad(to_hex(n), 32, '0'), 'account-' || n % $2, 'https://x.example/' || n, '[]',
       now() - interval '1 d', now() - interval '1 d', now(), now() - interval '3 h',
       CASE WHEN n % 100 = 0 THEN now() - interval '2 h' END, CASE WHEN n % 100 = 0 THEN 20 ELSE 0 END,
       (ARRAY['critical', 'standard', 'low'])[1 + n % 3]::posthorn.tier
     FROM generate_series(1, $1::int) AS n`,
    [webhooks, accounts],
  );
  if (attempts) {
    await query(
      databaseUrl,
      `INSERT INTO posthorn.webhook_stats
         (webhook_id, span, start, successes, failures, duration_sum, buckets, bucket_counts)
       SELECT 'wh_' || lpad(to_hex(n), 32, '0'), 300, now() - step * interval '5 min',
         CASE WHEN n % 100 = 0 THEN 0 ELSE 20 END, CASE WHEN n % 100 = 0 THEN 20 ELSE 0 END, 1000,
         ARRAY[16, 20, 24, 28], ARRAY[5, 10, 4, 1]
       FROM generate_series(1, 36) AS step, generate_series(1, $1::int) AS n`,
      [webhooks],
    );
  }
  await query(
    databaseUrl,
    `INSERT INTO posthorn.alert_rules (id, account_id, name, metric, comparison, threshold, resolve_at,
       window_ms, minimum, channel_ids, tier, whole_account, created_at, updated_at)
     SELECT 'rul_' || lpad(to_hex(account * ${RULES_EACH} + n), 32, '0'), 'account-' || account, 'r',
       metric, CASE metric WHEN 'successRate' THEN 'below' ELSE 'above' END, threshold, NULL,
       (ARRAY[900000, 3600000, 10800000])[1 + n / 7 % 3], CASE WHEN n % 7 IN (1, 2) THEN 10 ELSE 0 END, '{}',
       CASE WHEN n % 4 = 0 THEN 'critical'::posthorn.tier END, n % 10 = 9, now(), now()
     FROM generate_series(0, $1::int - 1) AS account, generate_series(0, ${RULES_EACH - 1}) AS n,
       LATERAL (SELECT * FROM (VALUES (0, 'consecutiveFailures', 10), (1, 'successRate', 0.5),
         (2, 'p95LatencyMs', 5000), (3, 'timeSinceLastSuccess', 3600000), (4, 'pendingAgeSeconds', 60),
         (5, 'exhaustedDeliveries', 0), (6, 'breakerOpen', 60)) AS rule (place, metric, threshold)
         WHERE place = n % 7) AS rule`,
    [accounts],
  );
  await query(databaseUrl, 'ANALYZE');
}
