// Counting the attempts of a day into five minutes, hours and a day, and reading what was counted.
import { createPosthorn } from '../../dist/index.js';
import { query } from '../services.mjs';

const WEBHOOKS = 1_000;
const MIB = 2 ** 20;

export function prepare(services, { quick, count = quick ? 200_000 : 10_000_000 }) {
  async function run() {
    const place = await services.fresh();
    const posthorn = await createPosthorn({
      databaseUrl: place.databaseUrl,
      redisUrl: place.redisUrl,
      secretKey: Buffer.alloc(32, 1).toString('base64'),
      logLevel: 'warn',
    });
    try {
      await posthorn.runJob('partitions');
      await fill(place.databaseUrl, count);
      const before = process.memoryUsage().rss;
      const first = await timed(() => posthorn.rollup.run());
      const next = await timed(() => posthorn.rollup.run());
      const [{ id }] = await query(
        place.databaseUrl,
        'SELECT min(id) AS id FROM posthorn.webhooks',
      );
      const read = await timed(() => posthorn.stats.of(id, { windowMs: 86_400_000 }));
      const direct = await timed(() =>
        query(
          place.databaseUrl,
          `SELECT count(*), percentile_disc(0.95) WITHIN GROUP (ORDER BY duration_ms)
           FROM posthorn.attempts WHERE webhook_id = $1`,
          [id],
        ),
      );
      return {
        firstSeconds: first.ms / 1_000,
        nextSeconds: next.ms / 1_000,
        readMs: read.ms,
        directMs: direct.ms,
        grownMiB: Math.max(0, process.memoryUsage().rss - before) / MIB,
      };
    } finally {
      await posthorn.stop();
    }
  }

  return {
    title: `${count} attempts of ${WEBHOOKS} webhooks in a day`,
    columns: [
      { name: 'firstSeconds', label: 'whole day s', digits: 1 },
      { name: 'nextSeconds', label: 'next run s', digits: 2 },
      { name: 'readMs', label: '24 h of one webhook ms', digits: 1 },
      { name: 'directMs', label: 'the same from attempts ms', digits: 1 },
      { name: 'grownMiB', label: 'process grew MiB' },
    ],
    peers: [{ peer: 'rollup', run }],
    targets: (found) => [
      { what: '24 h of one webhook, ms', value: found.rollup.readMs, bound: 50 },
      { what: 'the process grew, MiB', value: found.rollup.grownMiB, bound: 50 },
    ],
  };
}

async function timed(work) {
  const at = performance.now();
  await work();
  return { ms: performance.now() - at };
}

async function fill(databaseUrl, count) {
  await query(
    databaseUrl,
    `INSERT INTO posthorn.webhooks (id, account_id, url, secrets, active_since, created_at, updated_at)
     SELECT 'wh_' || lpad(to_hex(n), 32, '0'), 'a', 'https://x.example/' || n, '[]', now(), now(), now()
     FROM generate_series(0, ${WEBHOOKS - 1}) AS n`,
  );
  await query(
    databaseUrl,
    `INSERT INTO posthorn.attempts (id, delivery_id, webhook_id, number, outcome, status_code, started_at,
       duration_ms)
     SELECT 'att_' || lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0')
         || lpad(to_hex(n), 20, '0'),
       'dlv_' || lpad(to_hex(n), 32, '0'), 'wh_' || lpad(to_hex(n % ${WEBHOOKS}), 32, '0'), 1,
       CASE WHEN n % 20 = 0 THEN 'timeout' ELSE 'ok' END, 200, at,
       (exp(random() * 6) * 2)::int
     FROM generate_series(1, $1::int) AS n,
       LATERAL (SELECT now() - interval '24 h' * (n::float8 / $1) AS at) AS moment`,
    [count],
  );
  await query(databaseUrl, 'ANALYZE');
}
