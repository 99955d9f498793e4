import { describe, expect, test } from 'vitest';
import { createPosthorn } from '../../src/posthorn.js';
import { pollUntil } from '../support/poll.js';
import { openTestPosthorn } from '../support/posthorn.js';
import { startReceiver } from '../support/receiver.js';
import { startRedis } from '../support/redis.js';

describe('the dispatcher', () => {
  test('delivers what a transaction enqueued soon after its commit, woken by the commit', async () => {
    const receiver = await startReceiver();
    // Far longer than the test may take: only the wake-up can bring it in time.
    const { posthorn, ledger } = await openTestPosthorn({ pollInterval: '1m' });
    await posthorn.webhooks.register({ url: receiver.url });
    await posthorn.start(['worker', 'scheduler']);
    const event = await ledger.$transaction((tx) =>
      posthorn.enqueue({ type: 'a', payload: 1 }, { tx }),
    );
    const [request] = await receiver.waitForRequests(1);
    expect(request?.headers['webhook-id']).toBe(event.id);
    await receiver.close();
  });

  test('queues what a producer left behind when it died between its commit and the queue', async () => {
    const receiver = await startReceiver();
    // This producer reaches the ledger and no queue, as if it had died right after the commit.
    const dead = await openTestPosthorn({ redisUrl: 'redis://127.0.0.1:1' });
    await dead.posthorn.webhooks.register({ url: receiver.url });
    const event = await dead.posthorn.enqueue({ type: 'a', payload: 1 });
    await dead.ledger.$executeRaw`UPDATE posthorn.deliveries SET dispatch_at = now()`; // 30 s later

    const { sharedRedisUrl } = await import('../support/redis.js');
    const alive = await createPosthorn({ ...dead.options, redisUrl: sharedRedisUrl() });
    await alive.start(['worker', 'scheduler']);
    const [request] = await receiver.waitForRequests(1);
    expect(request?.headers['webhook-id']).toBe(event.id);
    await alive.stop();
    await receiver.close();
  });

  test('several at once queue each delivery once', async () => {
    const { posthorn, ledger, options } = await openTestPosthorn();
    for (let n = 0; n < 10; n += 1) {
      await posthorn.webhooks.register({ url: 'http://127.0.0.1:9/', eventTypes: [`a.${n}`] });
    }
    await ledger.$transaction((tx) =>
      posthorn.enqueueMany(
        Array.from({ length: 1_000 }, (_, n) => ({ type: `a.${n % 10}`, payload: n })),
        { tx },
      ),
    );
    const others = await Promise.all([createPosthorn(options), createPosthorn(options)]);
    await Promise.all([posthorn, ...others].map((each) => each.start(['scheduler'])));
    await pollUntil(
      async () => (await posthorn.queue.counts()).waiting,
      (waiting) => waiting === 1_000,
      { what: 'a queue of 1,000' },
    );
    await Promise.all(others.map((each) => each.stop()));
    const due = await ledger.delivery.count({ where: { dispatchAt: { lte: new Date() } } });
    expect(due).toBe(0);
  });

  test('fills a Redis that lost everything, and the repeatable jobs run again', async () => {
    const redis = await startRedis();
    const receiver = await startReceiver();
    const { posthorn, ledger } = await openTestPosthorn({
      redisUrl: redis.url,
      pollInterval: '100ms',
      zombieSchedule: '* * * * * *', // every second
    });
    await posthorn.webhooks.register({ url: receiver.url });
    await posthorn.start(['scheduler']);
    for (let payload = 0; payload < 20; payload += 1)
      await posthorn.enqueue({ type: 'a', payload });
    const schedulers = async () => (await redis.command('KEYS', '*:jobs:repeat:*')) as string[];
    await pollUntil(schedulers, (keys) => keys.length > 0, { what: 'the job schedulers' });

    await redis.command('FLUSHALL');
    await pollUntil(
      async () => (await posthorn.queue.counts()).waiting,
      (waiting) => waiting === 20,
      { what: 'the refilled queue' },
    );
    await pollUntil(schedulers, (keys) => keys.length > 0, { what: 'the job schedulers, again' });

    const { webhook } = await posthorn.webhooks.register({ url: receiver.url, tier: 'low' });
    const longAgo = new Date('2020-01-01T00:00:00Z');
    await ledger.webhook.update({
      where: { id: webhook.id },
      data: { activeSince: longAgo, failingSince: longAgo, consecutiveFailures: 9 },
    });
    const swept = await pollUntil(
      () => posthorn.webhooks.get(webhook.id),
      ({ active }) => !active,
      { what: 'the repeatable zombie job' },
    );
    expect(swept.deactivationReason).toBe('zombie');

    await posthorn.start(['worker']);
    await receiver.waitForRequests(20);
    await posthorn.stop();
    await redis.stop();
    await receiver.close();
  });

  test('goes on by itself when Redis was away', async () => {
    const redis = await startRedis();
    const receiver = await startReceiver();
    const { posthorn, ledger } = await openTestPosthorn({
      redisUrl: redis.url,
      pollInterval: '100ms',
    });
    await posthorn.webhooks.register({ url: receiver.url });
    await posthorn.start(['worker', 'scheduler']);
    await posthorn.enqueue({ type: 'a', payload: 'before' });
    await receiver.waitForRequests(1);
    await redis.restart();
    await ledger.$transaction((tx) => posthorn.enqueue({ type: 'a', payload: 'after' }, { tx }));
    await receiver.waitForRequests(2);
    await posthorn.stop();
    await redis.stop();
    await receiver.close();
  });
});
