// A ledger with a long history beside an empty one.
import { createPosthorn } from '../../dist/index.js';
import { openLedger } from '../../dist/store/ledger.js';
import { makePartitions } from '../../dist/store/partitions.js';
import { startActor } from '../actors.mjs';
import { percentile } from '../figures.mjs';
import { query } from '../services.mjs';

const WEBHOOKS = 100;
const DAYS = 30;
const DAY_MS = 86_400_000;

export async function prepare(services, { quick, rounds, count = quick ? 30_000 : 10_000_000 }) {
  const deliveries = quick ? 800 : 10_000;
  const empty = await services.fresh();
  const full = await services.fresh();
  // Both are used in every round, so that the history is made once.
  for (const place of [empty, full]) await registerAll(place);
  console.error(`history: writing ${count} attempts`);
  await fillHistory(full.databaseUrl, count);
  let sent = 0;

  async function run(place) {
    await services.receiver.reset();
    sent += 1;
    const actor = await startActor('posthorn', {
      ...place,
      options: { queuePrefix: `{history-${sent}}`, concurrency: 100 },
      roles: ['worker', 'scheduler'],
      webhooks: WEBHOOKS,
      count: deliveries,
    });
    await actor.go();
    const warm = Math.floor(deliveries / 4);
    const from = await services.receiver.waitFor(warm);
    const to = await services.receiver.waitFor(deliveries);
    await actor.stop();
    const perSecond = (to.received - from.received) / ((to.lastAt - from.lastAt) / 1_000);
    return { perSecond, ...(await askAll(place)) };
  }

  return {
    title: `${count} attempts in the ledger over ${DAYS} days, beside an empty one`,
    rounds,
    columns: [
      { name: 'perSecond', label: 'deliveries/s' },
      { name: 'pageP95', label: 'attempts page p95 ms', digits: 1 },
      { name: 'sweepMs', label: 'zombie sweep ms', digits: 1 },
    ],
    peers: [
      { peer: 'empty', run: () => run(empty) },
      { peer: 'history', run: () => run(full) },
    ],
    targets: ({ empty: none, history }) => [
      {
        what: 'deliveries/s, of an empty ledger',
        value: history.perSecond / none.perSecond,
        bound: 0.95,
        atLeast: true,
      },
      { what: "a webhook's attempts page p95, ms", value: history.pageP95, bound: 50 },
      { what: 'zombie sweep, ms', value: history.sweepMs, bound: 1_000 },
    ],
  };
}

async function registerAll(place) {
  const register = Array.from({ length: WEBHOOKS }, (_, n) => ({ path: `/${n}` }));
  const actor = await startActor('posthorn', { ...place, register, roles: [] });
  await actor.go();
  await actor.stop();
}

/** How long a page of a webhook's attempts and a dry run of the zombie sweep take. */
async function askAll({ databaseUrl, redisUrl }) {
  const posthorn = await createPosthorn({
    databaseUrl,
    redisUrl,
    secretKey: Buffer.alloc(32, 1).toString('base64'),
    allowCidrs: '127.0.0.0/8',
    logLevel: 'warn',
  });
  const { data } = await posthorn.webhooks.list({ limit: 100 });
  const times = [];
  for (const { id } of [...data, ...data]) {
    const at = performance.now();
    await posthorn.webhooks.attempts(id, { limit: 50 });
    times.push(performance.now() - at);
  }
  const at = performance.now();
  await posthorn.zombies.sweep({ dryRun: true });
  const sweepMs = performance.now() - at;
  await posthorn.stop();
  return { pageP95: percentile(times, 95), sweepMs };
}

/** Writes attempts of the past days, with their deliveries' ids, evenly over the webhooks. */
async function fillHistory(databaseUrl, count) {
  const ledger = openLedger({ databaseUrl, poolSize: 1 });
  const today = Date.now();
  await makePartitions(ledger, new Date(today - DAYS * DAY_MS), new Date(today));
  await ledger.$disconnect();
  for (let day = 1; day <= DAYS; day += 1) {
    const at = new Date(today - day * DAY_MS).toISOString();
    await query(
      databaseUrl,
      `INSERT INTO posthorn.attempts (id, delivery_id, webhook_id, number, outcome, status_code, started_at, duration_ms)
       SELECT posthorn.sortable_id('att_', $1::timestamptz), posthorn.sortable_id('dlv_', $1::timestamptz),
         webhook.id, 1, 'ok', 200, $1::timestamptz, 12
       FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM posthorn.webhooks) AS webhook
       JOIN generate_series(1, $2) AS n ON n % ${WEBHOOKS} = webhook.place`,
      [at, Math.ceil(count / DAYS)],
    );
  }
  await query(databaseUrl, 'ANALYZE posthorn.attempts');
}
