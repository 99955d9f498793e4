// A simulated year: events every day, a retention of 30 days, and an archive. Draws how large the tables are
// and how long the usual queries take, week by week.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createPosthorn } from '../dist/index.js';
import { plotLines } from './plot-lines.mjs';
import { query, startServices } from './services.mjs';

const DAY_MS = 86_400_000;

const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '365' },
    events: { type: 'string', default: '500' },
    plot: {
      type: 'string',
      default: fileURLToPath(new URL('../docs/plots/year.svg', import.meta.url)),
    },
  },
});
const days = Number(values.days);
const events = Number(values.events);

const services = await startServices();
const folder = await mkdtemp(join(tmpdir(), 'posthorn-year-'));
let now = new Date('2026-01-01T12:00:00Z');
try {
  const place = await services.fresh();
  const posthorn = await createPosthorn(
    {
      databaseUrl: place.databaseUrl,
      redisUrl: place.redisUrl,
      secretKey: Buffer.alloc(32, 1).toString('base64'),
      retention: '30d',
      archive: folder,
      logLevel: 'warn',
    },
    { clock: () => now },
  );
  const { webhook } = await posthorn.webhooks.register({ url: 'https://example.com/' });
  const samples = [];
  for (let day = 1; day <= days; day += 1) {
    await posthorn.runJob('partitions');
    await liveADay(posthorn, place.databaseUrl);
    await posthorn.runJob('archive');
    if (day % 7 === 0) {
      const sample = await measure(posthorn, place.databaseUrl, webhook.id, day);
      samples.push(sample);
      console.error(JSON.stringify(sample));
    }
    now = new Date(now.getTime() + DAY_MS);
  }
  await posthorn.stop();
  await writeFile(values.plot, draw(samples));
} finally {
  await services.stop();
  await rm(folder, { recursive: true, force: true });
}

/** Enqueues the events of a day, and ends their deliveries with an attempt each. */
async function liveADay(posthorn, databaseUrl) {
  for (let sent = 0; sent < events; sent += 500) {
    const size = Math.min(500, events - sent);
    await posthorn.enqueueMany(
      Array.from({ length: size }, (_, n) => ({
        type: 'expense.created',
        payload: { n: sent + n },
      })),
    );
  }
  await query(
    databaseUrl,
    `INSERT INTO posthorn.attempts (id, delivery_id, webhook_id, number, outcome, status_code, started_at,
       duration_ms)
     SELECT posthorn.sortable_id('att_', $1), id, webhook_id, 1, 'ok', 200, $1, 20
     FROM posthorn.deliveries WHERE status = 'pending'`,
    [now],
  );
  await query(
    databaseUrl,
    `UPDATE posthorn.deliveries SET status = 'delivered', attempt_count = 1, ended_at = $1,
       dispatch_at = NULL, last_outcome = 'ok', last_status_code = 200
     WHERE status = 'pending'`,
    [now],
  );
}

async function measure(posthorn, databaseUrl, webhookId, day) {
  const [size] = await query(
    databaseUrl,
    `SELECT sum(pg_total_relation_size(child.oid)) / 1048576.0 AS mib, count(*)::int AS partitions
     FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
     JOIN pg_class AS parent ON parent.oid = inhparent
     WHERE parent.relnamespace = 'posthorn'::regnamespace AND parent.relkind = 'p'`,
  );
  const best = async (work) => {
    const times = [];
    for (let round = 0; round < 5; round += 1) {
      const at = performance.now();
      await work();
      times.push(performance.now() - at);
    }
    return Math.min(...times);
  };
  return {
    at: day,
    mib: Number(size.mib),
    partitions: size.partitions,
    list: await best(() => posthorn.deliveries.list({ webhookId, limit: 100 })),
    attempts: await best(() => posthorn.webhooks.attempts(webhookId, { limit: 100 })),
    enqueue: await best(() =>
      posthorn.enqueue({ type: 'nobody.listens', payload: 1, accountId: 'x' }),
    ),
  };
}

function draw(samples) {
  return plotLines({
    title: `${days} days of ${events} events, retention 30 days, archived`,
    samples,
    unit: 'day',
    charts: [
      { label: 'tables, MiB', lines: [{ key: 'mib', name: 'MiB' }] },
      {
        label: 'queries, ms (best of 5)',
        lines: [
          { key: 'list', name: 'deliveries' },
          { key: 'attempts', name: 'attempts' },
          { key: 'enqueue', name: 'enqueue' },
        ],
      },
    ],
  });
}
