import { describe, expect, test } from 'vitest';
import { pollUntil } from '../support/poll.js';
import { openTestPosthorn, type PosthornBundle } from '../support/posthorn.js';
import { startPosthornProcess } from '../support/posthorn-process.js';
import { type Receiver, startReceiver } from '../support/receiver.js';
import { startRedis } from '../support/redis.js';

/** Webhooks that share a receiver, one path each, and want one event type each. */
async function registerWebhooks({ posthorn }: PosthornBundle, receiver: Receiver, count: number) {
  const webhooks = [];
  for (let n = 0; n < count; n += 1) {
    const input = { url: `${receiver.url}/${n}`, eventTypes: [`load.${n}`] };
    webhooks.push((await posthorn.webhooks.register(input)).webhook);
  }
  return webhooks;
}

/** Enqueues events in turn for each webhook, many at the same time, as a busy backend does. */
async function enqueueEvents({ posthorn }: PosthornBundle, count: number, webhooks: number) {
  const ids: string[] = [];
  for (let start = 0; start < count; start += 500) {
    const numbers = Array.from({ length: Math.min(500, count - start) }, (_, n) => start + n);
    const events = await Promise.all(
      numbers.map((n) => posthorn.enqueue({ type: `load.${n % webhooks}`, payload: { n } })),
    );
    ids.push(...events.map(({ id }) => id));
  }
  return ids;
}

function allDelivered({ ledger }: PosthornBundle, count: number) {
  return pollUntil(
    () => ledger.delivery.count({ where: { status: 'delivered' } }),
    (delivered) => delivered === count,
    { deadlineMs: 120_000, what: `${count} deliveries` },
  );
}

const receivedIds = (receiver: Receiver) =>
  receiver.requests.map(({ headers }) => String(headers['webhook-id']));

describe('with Redis', () => {
  test('4,000 events reach 50 webhooks through two worker processes, none missing, counters right', async () => {
    const redis = await startRedis();
    const receiver = await startReceiver();
    const bundle = await openTestPosthorn({ redisUrl: redis.url });
    const webhooks = await registerWebhooks(bundle, receiver, 50);
    const workers = [1, 2].map(() => startPosthornProcess(bundle.options, 'worker'));
    await bundle.posthorn.start(['scheduler']);
    const ids = await enqueueEvents(bundle, 4_000, webhooks.length);
    await allDelivered(bundle, 4_000);

    expect(new Set(receivedIds(receiver))).toEqual(new Set(ids));
    expect(receiver.count()).toBe(4_000);
    for (const [n, { id }] of webhooks.entries()) {
      const received = receiver.requests.filter(({ path }) => path === `/${n}`).length;
      expect(await bundle.posthorn.webhooks.get(id)).toMatchObject({
        successCount: received,
        failureCount: 0,
        consecutiveFailures: 0,
      });
    }
    expect(await bundle.ledger.attempt.count()).toBe(4_000);

    expect(await Promise.all(workers.map((worker) => worker.stop()))).toEqual([0, 0]);
    await pollUntil(
      () => bundle.posthorn.queue.counts(),
      (counts) => Object.values(counts).every((count) => count === 0),
      { what: 'an empty queue' },
    );
    const keys = (await redis.command('KEYS', '*:deliveries:dlv_*')) as string[];
    expect(keys).toEqual([]);
    await bundle.posthorn.stop();
    await redis.stop();
    await receiver.close();
  });

  test('a worker killed in the middle of its work: every delivery is still made', async () => {
    const receiver = await startReceiver({ respond: () => ({ status: 200, delayMs: 20 }) });
    const bundle = await openTestPosthorn({ concurrency: 50 });
    const webhooks = await registerWebhooks(bundle, receiver, 5);
    await bundle.posthorn.start(['scheduler']);
    const doomed = startPosthornProcess(bundle.options, 'worker');
    const ids = await enqueueEvents(bundle, 1_500, webhooks.length);
    await receiver.waitForRequests(500);
    await doomed.kill();

    startPosthornProcess(bundle.options, 'worker');
    await allDelivered(bundle, 1_500);
    expect(new Set(receivedIds(receiver))).toEqual(new Set(ids));
    // Made twice at most: what the dead worker had under way.
    expect(receiver.count()).toBeLessThanOrEqual(1_500 + 50);
    await receiver.close();
  });

  test('a Redis that loses everything in the middle: every delivery is still made', async () => {
    const redis = await startRedis();
    const receiver = await startReceiver({ respond: () => ({ status: 200, delayMs: 10 }) });
    const bundle = await openTestPosthorn({ redisUrl: redis.url, concurrency: 20 });
    const webhooks = await registerWebhooks(bundle, receiver, 5);
    await bundle.posthorn.start(['scheduler']);
    const ids = await enqueueEvents(bundle, 1_500, webhooks.length);
    const worker = startPosthornProcess(bundle.options, 'worker');
    await receiver.waitForRequests(300);
    await redis.command('FLUSHALL');
    await allDelivered(bundle, 1_500);
    expect(new Set(receivedIds(receiver))).toEqual(new Set(ids));
    expect(await redis.command('KEYS', '*:jobs:repeat:*')).not.toEqual([]);
    expect(await worker.stop()).toBe(0);
    await bundle.posthorn.stop();
    await redis.stop();
    await receiver.close();
  });
});

test('a worker that is asked to stop finishes what it has under way, and loses or repeats nothing', async () => {
  const receiver = await startReceiver({ respond: () => ({ status: 200, delayMs: 30 }) });
  const bundle = await openTestPosthorn({ concurrency: 20 });
  const webhooks = await registerWebhooks(bundle, receiver, 2);
  await bundle.posthorn.start(['scheduler']);
  await enqueueEvents(bundle, 1_000, webhooks.length);
  for (let restarts = 1; restarts <= 3; restarts += 1) {
    const worker = startPosthornProcess(bundle.options, 'worker');
    await receiver.waitForRequests(restarts * 100);
    expect(await worker.stop()).toBe(0);
    expect(await bundle.ledger.attempt.count()).toBe(receiver.count());
  }
  startPosthornProcess(bundle.options, 'worker');
  await allDelivered(bundle, 1_000);
  expect(receiver.count()).toBe(1_000);
  await receiver.close();
});
