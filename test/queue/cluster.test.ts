import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPosthorn, type Posthorn } from '../../src/posthorn.js';
import { pollUntil } from '../support/poll.js';
import { freshOptions, openTestLedger } from '../support/posthorn.js';
import { startReceiver } from '../support/receiver.js';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster.js';

let cluster: RedisCluster;

beforeAll(async () => {
  cluster = await startRedisCluster();
});

afterAll(() => cluster.stop());

const ROLES = ['worker', 'scheduler'] as const;

/** Registers webhooks at a receiver, each for a type of its own. */
async function register(posthorn: Posthorn, url: string, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await posthorn.webhooks.register({ url: `${url}/${n}`, eventTypes: [`type.${n}`] });
  }
}

/** Enqueues events, spread over the webhooks. */
function send(posthorn: Posthorn, count: number, webhooks: number) {
  const events = Array.from({ length: count }, (_, n) => ({
    type: `type.${n % webhooks}`,
    payload: n,
  }));
  return posthorn.enqueueMany(events);
}

describe('a Redis Cluster of three nodes', () => {
  test('carries a shard on each node, and every delivery is made once', async () => {
    const receiver = await startReceiver();
    const options = await freshOptions({ redisUrl: cluster.url, shards: 3 });
    const posthorn = await createPosthorn(options);
    await register(posthorn, receiver.url, 30);
    await send(posthorn, 600, 30);
    for (const node of cluster.nodes) {
      const keys = (await node.command(
        'KEYS',
        `{${String(options.queuePrefix).slice(1, -1)}*`,
      )) as string[];
      const jobs = keys.filter((key) => key.includes(':deliveries:dlv_'));
      expect(jobs.length).toBeGreaterThan(0);
      expect(new Set(jobs.map((key) => key.slice(0, key.indexOf('}')))).size).toBe(1);
    }
    expect((await posthorn.queue.counts()).waiting).toBe(600);
    // Bull Board shows each shard by itself.
    const { queues } = await (await posthorn.queueBoard.open()).overview();
    expect(queues.map(({ name }) => name)).toEqual([
      '1-of-3-deliveries',
      '2-of-3-deliveries',
      '3-of-3-deliveries',
      'jobs',
    ]);
    expect(queues.reduce((sum, { waiting }) => sum + waiting, 0)).toBe(600);
    const other = await createPosthorn(options);
    await Promise.all([posthorn, other].map((each) => each.start(ROLES)));
    const requests = await receiver.waitForRequests(600);
    await Promise.all([posthorn, other].map((each) => each.stop()));
    expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(600);
    expect(receiver.count()).toBe(600);
    await receiver.close();
  });

  test('keeps limits and retries as one Redis does', async () => {
    let now = 0;
    let most = 0;
    let failures = 0;
    const receiver = await startReceiver({
      respond: async () => {
        now += 1;
        most = Math.max(most, now);
        await new Promise((resolve) => setTimeout(resolve, 10));
        now -= 1;
        failures += 1;
        return failures % 5 === 0 ? { status: 500 } : {};
      },
    });
    const options = await freshOptions({ redisUrl: cluster.url, shards: 3, retryBase: '20ms' });
    const ledger = openTestLedger(String(options.databaseUrl));
    const posthorn = await createPosthorn(options);
    await posthorn.webhooks.register({ url: receiver.url, maxInFlight: 3 });
    await posthorn.start(ROLES);
    await posthorn.enqueueMany(
      Array.from({ length: 60 }, (_, payload) => ({ type: 'a', payload })),
    );
    await pollUntil(
      () => ledger.delivery.count({ where: { status: 'delivered' } }),
      (count) => count === 60,
      { what: 'the end of all deliveries' },
    );
    expect(most).toBe(3);
    await posthorn.stop();
    await receiver.close();
  });

  test('that loses what a node held is filled again from the ledger', async () => {
    const receiver = await startReceiver();
    const options = await freshOptions({
      redisUrl: cluster.url,
      shards: 3,
      pollInterval: '100ms',
    });
    const posthorn = await createPosthorn(options);
    await register(posthorn, receiver.url, 30);
    await posthorn.start(['scheduler']);
    await send(posthorn, 90, 30);
    const waiting = async () => (await posthorn.queue.counts()).waiting;
    for (const node of cluster.nodes) {
      await pollUntil(waiting, (count) => count === 90, { what: 'all deliveries in the queue' });
      await node.command('FLUSHALL');
    }
    await pollUntil(waiting, (count) => count === 90, { what: 'all deliveries in the queue' });
    await posthorn.start(['worker']);
    await receiver.waitForRequests(90);
    await posthorn.stop();
    await receiver.close();
  });
});

test.each(['cluster', 'one Redis'])(
  'another number of shards loses nothing, and is prompt (%s)',
  async (kind) => {
    const receiver = await startReceiver();
    const base = await freshOptions(kind === 'cluster' ? { redisUrl: cluster.url } : {});
    let owed = 0;
    for (const shards of [1, 3, 2]) {
      // Queued under this division, and made under the next one.
      const before = await createPosthorn({ ...base, shards });
      await before.start(['scheduler']);
      if (owed === 0) await register(before, receiver.url, 10);
      await pollUntil(
        async () => (await before.queue.counts()).waiting ?? 0,
        (waiting) => waiting === owed,
        { what: 'what was queued before' },
      );
      await send(before, 50, 10);
      owed += 50;
      await before.stop();
    }
    const last = await createPosthorn({ ...base, shards: 5 });
    await last.start(ROLES);
    const requests = await receiver.waitForRequests(owed);
    await last.stop();
    expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(owed);
    expect(receiver.count()).toBe(owed);
    await receiver.close();
  },
);

test('a worker takes nothing while the queue is divided into another number of shards', async () => {
  const receiver = await startReceiver();
  const base = await freshOptions();
  const before = await createPosthorn({ ...base, shards: 2 });
  await before.start(['scheduler']);
  await register(before, receiver.url, 10);
  await send(before, 20, 10);
  await pollUntil(
    async () => (await before.queue.counts()).waiting,
    (waiting) => waiting === 20,
    { what: 'all deliveries in the queue' },
  );
  await before.stop();
  const after = await createPosthorn({ ...base, shards: 5 });
  await after.start(['worker']);
  // What shards 0 and 1 of the former two hold would be taken in this time.
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(receiver.count()).toBe(0);
  await after.start(['scheduler']);
  await receiver.waitForRequests(20);
  await after.stop();
  expect(receiver.count()).toBe(20);
  await receiver.close();
});

test('more than one shard needs Redis', async () => {
  const options = await freshOptions({ redisUrl: '', shards: 2 });
  await expect(createPosthorn(options)).rejects.toThrow(
    /POSTHORN_SHARDS is 2, and without REDIS_URL/,
  );
});
