// A Posthorn with something to see: accounts and webhooks of every kind, a month behind them, deliveries
// that were really made, incidents, zombies, and a replay that is under way.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { query, startServices } from '../../bench/services.mjs';
import { startApi } from '../../dist/api/server.js';
import { createPosthorn } from '../../dist/index.js';
import { createLogger } from '../../dist/log.js';
import { EVENT_TYPES, startEndpoints, WEBHOOKS } from './endpoints.mjs';
import { writeHistory } from './history.mjs';

const API_KEY = randomBytes(24).toString('hex');
const EVENTS = 60;

export async function startInstallation() {
  const started = [];
  const stop = async () => {
    for (const each of started.reverse()) await each.stop();
  };
  try {
    return { ...(await start((each) => started.push(each) && each)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** @param keep takes what is to be stopped at the end, and hands it back */
async function start(keep) {
  const services = keep(await startServices());
  const endpoints = keep(await startEndpoints());
  const { databaseUrl, redisUrl } = await services.fresh();
  const posthorn = keep(
    await createPosthorn({
      databaseUrl,
      redisUrl,
      secretKey: randomBytes(32).toString('base64'),
      apiKey: API_KEY,
      allowCidrs: '127.0.0.0/8',
      // The endpoints of this machine, and none of those that the pictures name.
      ports: '1024-65535',
      retryBase: '1h',
      timeout: '2s',
      logLevel: 'error',
    }),
  );
  const log = createLogger('error');
  const where = { host: '127.0.0.1', port: 0 };
  const api = keep(await startApi({ posthorn, log, routes: 'all', apiKey: API_KEY, ...where }));
  const webhooks = [];
  for (const [n, { url: _, kind, perHour, more, ...input }] of WEBHOOKS.entries()) {
    const url = `${endpoints.url}/${kind}/${n}`;
    const { webhook } = await posthorn.webhooks.register({ ...input, ...more, url });
    webhooks.push({ id: webhook.id, kind, perHour });
  }
  console.error('writing a month of attempts');
  await writeHistory({ databaseUrl, posthorn, webhooks });
  console.error('making deliveries');
  await posthorn.start(['worker', 'scheduler']);
  await makeTraffic(posthorn, databaseUrl);
  console.error('telling of trouble');
  await tellOfTrouble({ posthorn, databaseUrl, webhooks, endpointsUrl: endpoints.url });
  await renameEndpoints(databaseUrl, webhooks, endpoints.url);

  const idOf = (kind) => webhooks.find((each) => each.kind === kind).id;
  return {
    address: api.address,
    apiKey: API_KEY,
    /** Ids of what pages are about. */
    ids: { broken: idOf('broken') },
  };
}

/** Events of every account, a few at a time, until each of their deliveries has been tried. */
async function makeTraffic(posthorn, databaseUrl) {
  const accounts = [...new Set(WEBHOOKS.map(({ accountId }) => accountId))];
  for (let n = 0; n < EVENTS; n += 1) {
    await posthorn.enqueue({
      type: EVENT_TYPES[(n * 7) % EVENT_TYPES.length],
      accountId: accounts[n % accounts.length],
      payload: { id: 1_000 + n, amount: ((n * 3_797) % 90_000) + 100, currency: 'EUR' },
    });
    await sleep(100);
  }
  const untried = `SELECT count(*) FROM posthorn.deliveries AS delivery
    JOIN posthorn.webhooks AS webhook ON webhook.id = webhook_id AND webhook.active
    LEFT JOIN posthorn.holds AS hold ON hold.webhook_id = webhook.id
    WHERE attempt_count = 0 AND coalesce(hold.state, 'pacing') = 'pacing'`;
  for (let tries = 0; tries < 120; tries += 1) {
    const [{ count }] = await query(databaseUrl, untried);
    if (count === '0') return;
    await sleep(250);
  }
}

async function tellOfTrouble({ posthorn, databaseUrl, webhooks, endpointsUrl }) {
  const ofKind = (kind) => webhooks.filter((each) => each.kind === kind).map(({ id }) => id);
  await posthorn.channels.create({
    ...{ name: 'on call', accountId: 'umbrella', kind: 'slack' },
    url: `${endpointsUrl}/well/channel`,
  });
  const rules = [
    ['umbrella', 'many fail', 'successRate', 'below', 0.9],
    ['initech', 'fails in a row', 'consecutiveFailures', 'above', 3],
    ['globex', 'slow', 'p95LatencyMs', 'above', 1_500],
  ];
  for (const [accountId, name, metric, comparison, threshold] of rules) {
    const windowMs = 3_600_000;
    await posthorn.alerts.rules.create({
      accountId,
      name,
      metric,
      comparison,
      threshold,
      windowMs,
    });
  }
  await posthorn.runJob('rollup');
  await posthorn.runJob('alerts');
  // Those that are quiet: one is past its time, the other nears it.
  const since = [
    [100, 92],
    [380, 331],
  ];
  for (const [n, id] of ofKind('quiet').entries()) {
    const [created, lastSuccess] = since[n];
    await query(
      databaseUrl,
      `UPDATE posthorn.webhooks SET active_since = now() - $2 * interval '1 day',
         created_at = now() - $2 * interval '1 day', last_success = now() - $3 * interval '1 day',
         success_count = 4711 WHERE id = $1`,
      [id, created, lastSuccess],
    );
  }
  await posthorn.runJob('warnings');
  await posthorn.zombies.sweep();
  await posthorn.replays.start(ofKind('busy')[0], {
    ...{ from: new Date(Date.now() - 3_600_000), statuses: ['delivered'], rate: 0.5 },
  });
  for (const [name, role, accountId] of [
    ['backend', 'producer'],
    ['support', 'operator'],
    ['acme’s own', 'viewer', 'acme'],
  ]) {
    await posthorn.keys.create({ name, role, accountId });
  }
}

/** The names that the pictures show, in place of this machine's address; nothing is sent to them. */
async function renameEndpoints(databaseUrl, webhooks, url) {
  for (const [n, { id, kind }] of webhooks.entries()) {
    const shown = WEBHOOKS[n].url;
    const here = `${url}/${kind}/${n}`;
    await query(databaseUrl, 'UPDATE posthorn.webhooks SET url = $2 WHERE id = $1', [id, shown]);
    await query(
      databaseUrl,
      `UPDATE posthorn.notices SET detail = replace(detail, $2, $3),
         data = replace(data::text, $2, $3)::jsonb WHERE webhook_id = $1`,
      [id, here, shown],
    );
  }
}
