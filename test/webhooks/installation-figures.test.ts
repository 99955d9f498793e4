import { expect, onTestFinished, test } from 'vitest';
import { createMetrics } from '../../src/metrics.js';
import { parkDeliveries } from '../../src/store/holds.js';
import { openLedger } from '../../src/store/ledger.js';
import { createInstallationFigures } from '../../src/webhooks/installation-figures.js';
import { readMetrics } from '../support/metrics.js';
import { openTestPosthorn } from '../support/posthorn.js';
import { startRedis } from '../support/redis.js';
import { startTcpServer } from '../support/tcp-server.js';

const now = new Date('2026-11-23T12:00:00Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1_000);

test('the figures are what the ledger and the shards of the queue hold', async () => {
  const { posthorn, ledger } = await openTestPosthorn({ shards: 2 }, { clock: () => now });
  const ids: string[] = [];
  for (const type of [
    'due.one',
    'parked.one',
    'open.one',
    'trying.one',
    'inactive.one',
    'well.one',
  ]) {
    const input = { url: 'https://example.com', eventTypes: [type], verification: 'none' } as const;
    const { webhook } = await posthorn.webhooks.register(input);
    ids.push(webhook.id);
    await posthorn.enqueue({ type, payload: 1 });
  }
  const [due = '', parked = '', open = '', trying = '', inactive = ''] = ids;
  await ledger.delivery.updateMany({ where: { webhookId: due }, data: { dispatchAt: later(-90) } });
  const delivery = await ledger.delivery.findFirstOrThrow({ where: { webhookId: parked } });
  await parkDeliveries(ledger, [{ id: delivery.id, webhookId: parked, allowance: 1 }], now);
  await ledger.hold.createMany({
    data: [
      { webhookId: open, state: 'open', since: now, allowance: 1 },
      { webhookId: trying, state: 'half_open', since: now, allowance: 1 },
      { webhookId: inactive, state: 'open', since: now, allowance: 1 },
    ],
  });
  await ledger.webhook.update({ where: { id: open }, data: { failingSince: now } });
  await posthorn.webhooks.deactivate(inactive);

  // BullMQ's own clock is the system's.
  const { queue } = posthorn;
  const inAMinute = () => queue.shardFigures(new Date(Date.now() + 60_000));
  const read = createInstallationFigures({
    ledger,
    queue: { shardFigures: inAMinute },
    clock: () => now,
  });
  const figures = await read();
  expect(figures.ledger).toEqual({
    due: 1,
    oldestDueSeconds: 90,
    parked: 1,
    openIncidents: 0,
    webhooks: { well: 4, failing: 1, inactive: 1 },
    breakers: { closed: 3, open: 1, half_open: 1 },
  });
  const shards = figures.queue ?? [];
  expect(shards).toHaveLength(2);
  expect(shards.reduce((sum, { jobs }) => sum + jobs.waiting, 0)).toBe(6);
  const oldest = Math.max(...shards.map(({ oldestSeconds }) => oldestSeconds));
  expect(oldest).toBeGreaterThanOrEqual(60);
  expect(oldest).toBeLessThan(240);
  expect(await read()).toBe(figures); // shared
});

test('a scrape is answered while Redis is away, and says so', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const { posthorn, ledger } = await openTestPosthorn({ redisUrl: redis.url });
  await posthorn.queue.counts();
  await redis.stop();
  const metrics = createMetrics();
  const { queue } = posthorn;
  metrics.watchInstallation(createInstallationFigures({ ledger, queue, clock: () => now }));
  const read = readMetrics(await metrics.text());
  expect(read.get('posthorn_dependency_up')?.samples).toEqual([
    { name: 'posthorn_dependency_up', labels: { dependency: 'postgresql' }, value: 1 },
    { name: 'posthorn_dependency_up', labels: { dependency: 'queue' }, value: 0 },
  ]);
  expect(read.get('posthorn_queue_jobs')?.samples).toEqual([]);
  expect(read.get('posthorn_backlog_deliveries')?.samples).toHaveLength(1);
});

test('a PostgreSQL that owes its answer keeps no scrape waiting', async () => {
  const silent = await startTcpServer(() => undefined);
  const ledger = openLedger({
    databaseUrl: `postgresql://a:b@127.0.0.1:${silent.port}/c`,
    poolSize: 1,
  });
  const queue = { shardFigures: async () => [] };
  const figures = await createInstallationFigures({ ledger, queue, clock: () => now })();
  expect(figures).toEqual({ ledger: null, queue: [] });
  await silent.close();
  await ledger.$disconnect();
});

test('a process without the scheduler tells nothing of the whole', async () => {
  const { posthorn } = await openTestPosthorn();
  const metrics = readMetrics(await posthorn.metrics.text());
  for (const name of ['dependency_up', 'webhooks', 'backlog_deliveries', 'parked_deliveries'])
    expect(metrics.get(`posthorn_${name}`)?.samples).toEqual([]);
});
