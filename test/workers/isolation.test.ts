import { describe, expect, test } from 'vitest';
import { createPosthorn } from '../../src/posthorn.js';
import { pollUntil } from '../support/poll.js';
import { openTestPosthorn, type PosthornBundle } from '../support/posthorn.js';
import { startReceiver } from '../support/receiver.js';

type Posthorn = PosthornBundle['posthorn'];

/** Enqueues so many events of a type. */
async function send(posthorn: Posthorn, type: string, count: number): Promise<void> {
  const events = Array.from({ length: count }, (_, payload) => ({ type, payload }));
  await posthorn.enqueueMany(events);
}

/** A receiver that knows how many requests it had at the same time at most. */
async function startCountingReceiver(delayMs: number) {
  let now = 0;
  let most = 0;
  const receiver = await startReceiver({
    respond: async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      now -= 1;
      return {};
    },
  });
  return { ...receiver, mostTogether: () => most };
}

const pendingCount = ({ ledger }: PosthornBundle, webhookId: string) =>
  ledger.delivery.count({ where: { webhookId, status: 'pending' } });

describe("a webhook's limit of what may be in flight", () => {
  test.each(['redis', 'postgres'])(
    'holds, and what is over it arrives, too (%s)',
    async (backend) => {
      const receiver = await startCountingReceiver(20);
      const bundle = await openTestPosthorn(backend === 'postgres' ? { redisUrl: '' } : {});
      const { posthorn } = bundle;
      await posthorn.webhooks.register({ url: receiver.url, maxInFlight: 3 });
      await posthorn.start(['worker', 'scheduler']);
      await send(posthorn, 'a', 100);
      await receiver.waitForRequests(100);
      expect(receiver.mostTogether()).toBe(3);
      await receiver.close();
    },
  );

  test('holds over several workers, and each delivery is made once', async () => {
    const receiver = await startCountingReceiver(20);
    const { posthorn, options } = await openTestPosthorn();
    await posthorn.webhooks.register({ url: receiver.url, maxInFlight: 4 });
    await send(posthorn, 'a', 300);
    const others = await Promise.all([createPosthorn(options), createPosthorn(options)]);
    await Promise.all([posthorn, ...others].map((each) => each.start(['worker', 'scheduler'])));
    const requests = await receiver.waitForRequests(300);
    expect(receiver.mostTogether()).toBe(4);
    await Promise.all(others.map((each) => each.stop()));
    expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(300);
    expect(receiver.count()).toBe(300);
    await receiver.close();
  });
});

describe('a webhook that hangs', () => {
  test('delays no other, takes few slots, and what it is owed waits outside the queue', async () => {
    const hanging = await startReceiver({ respond: () => new Promise(() => undefined) });
    const healthy = await startReceiver();
    // All that is sent at once would take every slot for a minute, many times over.
    const bundle = await openTestPosthorn({ concurrency: 40, timeout: '1m' });
    const { posthorn, ledger } = bundle;
    const { webhook: hung } = await posthorn.webhooks.register({
      url: hanging.url,
      eventTypes: ['bad'],
    });
    await posthorn.webhooks.register({ url: healthy.url, eventTypes: ['good'] });
    await send(posthorn, 'bad', 500);
    await send(posthorn, 'good', 200);
    await posthorn.start(['worker', 'scheduler']);
    await healthy.waitForRequests(200);
    expect(hanging.count()).toBeGreaterThan(0);
    expect(hanging.count()).toBeLessThanOrEqual(20);
    await pollUntil(
      () => ledger.delivery.count({ where: { webhookId: hung.id, dispatchAt: null } }),
      (parked) => parked === 500 - hanging.count(),
      { what: 'the rest in the ledger' },
    );
    const counts = await posthorn.queue.counts();
    expect((counts.waiting ?? 0) + (counts.delayed ?? 0)).toBe(0);

    // New ones never reach the queue at all, and neither they delay the others.
    await send(posthorn, 'bad', 300);
    await send(posthorn, 'good', 100);
    await healthy.waitForRequests(300);
    expect(hanging.count()).toBeLessThanOrEqual(20);
    await hanging.close();
    await healthy.close();
  });

  test('many of them together leave slots to the others', async () => {
    const hanging = await startReceiver({ respond: () => new Promise(() => undefined) });
    const healthy = await startReceiver();
    const { posthorn } = await openTestPosthorn({ concurrency: 60, timeout: '1m' });
    for (let n = 0; n < 30; n += 1) {
      await posthorn.webhooks.register({ url: `${hanging.url}/${n}`, eventTypes: ['bad'] });
    }
    await posthorn.webhooks.register({ url: healthy.url, eventTypes: ['good'] });
    await posthorn.start(['worker', 'scheduler']);
    await send(posthorn, 'good', 1);
    await healthy.waitForRequests(1);
    await send(posthorn, 'bad', 20); // 600 deliveries
    await send(posthorn, 'good', 100);
    await healthy.waitForRequests(101);
    await hanging.close();
    await healthy.close();
  });
});

describe('a breaker', () => {
  const quickly = {
    pollInterval: '200ms',
    breakerFailures: 5,
    breakerPause: '300ms',
    breakerPauseCap: '600ms',
    retryBase: '50ms',
    retryFactor: '1',
    retryAttempts: 100,
  };

  test.each(['redis', 'postgres'])(
    'opens, lets one at a time try, and drains when one succeeds (%s)',
    async (backend) => {
      let well = false;
      const receiver = await startReceiver({ respond: () => ({ status: well ? 200 : 500 }) });
      const bundle = await openTestPosthorn({
        ...quickly,
        ...(backend === 'postgres' ? { redisUrl: '' } : {}),
      });
      const { posthorn } = bundle;
      const { webhook } = await posthorn.webhooks.register({ url: receiver.url });
      await posthorn.start(['worker', 'scheduler']);
      await send(posthorn, 'a', 100);
      const breaker = async () => (await posthorn.webhooks.get(webhook.id)).breaker;
      await pollUntil(breaker, (state) => state !== 'closed', { what: 'an open breaker' });
      const counts = () => posthorn.queue.counts();
      await pollUntil(
        counts,
        ({ waiting = 0, active = 0, delayed = 0 }) => waiting + active + delayed === 0,
        { what: 'a queue without its deliveries' },
      );

      const before = receiver.count();
      await send(posthorn, 'a', 50);
      const { headers } = (await receiver.waitForRequests(before + 2))[before + 1] ?? {};
      expect(headers).toBeDefined();
      expect(await breaker()).not.toBe('closed');

      well = true;
      await pollUntil(
        () => pendingCount(bundle, webhook.id),
        (left) => left === 0,
        {
          what: 'the end of all deliveries',
        },
      );
      expect(await breaker()).toBe('closed');
      const ok = await posthorn.webhooks.get(webhook.id);
      expect(ok).toMatchObject({ successCount: 150, consecutiveFailures: 0 });
      await receiver.close();
    },
  );

  test('that is open lets a retry by hand try at once', async () => {
    let well = false;
    const receiver = await startReceiver({ respond: () => ({ status: well ? 200 : 500 }) });
    const bundle = await openTestPosthorn({
      ...quickly,
      breakerPause: '1h',
      breakerPauseCap: '1h',
    });
    const { posthorn } = bundle;
    const { webhook } = await posthorn.webhooks.register({ url: receiver.url });
    await posthorn.start(['worker', 'scheduler']);
    await send(posthorn, 'a', 20);
    const breaker = async () => (await posthorn.webhooks.get(webhook.id)).breaker;
    await pollUntil(breaker, (state) => state === 'open', { what: 'an open breaker' });
    well = true;
    const { data } = await posthorn.deliveries.list({ webhookId: webhook.id, status: 'pending' });
    await posthorn.deliveries.retry(data[0]?.id ?? '');
    await pollUntil(
      () => pendingCount(bundle, webhook.id),
      (left) => left === 0,
      {
        what: 'the end of all deliveries',
      },
    );
    await receiver.close();
  });
});

test('a rate limit is kept by all workers together', async () => {
  const arrivals: number[] = [];
  const receiver = await startReceiver({
    respond: () => {
      arrivals.push(performance.now());
      return {};
    },
  });
  const { posthorn, options } = await openTestPosthorn();
  await posthorn.webhooks.register({ url: receiver.url, rateLimit: 20 });
  const other = await createPosthorn(options);
  await Promise.all([posthorn, other].map((each) => each.start(['worker', 'scheduler'])));
  await send(posthorn, 'a', 60);
  await receiver.waitForRequests(60);
  // 60 at 20 per second take 3 s less what is kept for a burst; however slow the machine, not less.
  expect((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(2_500);
  await other.stop();
  await receiver.close();
});

test('a changed configuration holds from the next delivery on, in every worker', async () => {
  const before = await startReceiver();
  const after = await startReceiver();
  const { posthorn, options } = await openTestPosthorn();
  const { webhook } = await posthorn.webhooks.register({ url: before.url });
  const other = await createPosthorn(options);
  await other.start(['worker']);
  await send(posthorn, 'a', 3);
  await before.waitForRequests(3);
  await posthorn.webhooks.update(webhook.id, { url: after.url, headers: { 'x-new': 'yes' } });
  await send(posthorn, 'a', 3);
  const requests = await after.waitForRequests(3);
  expect(requests.every(({ headers }) => headers['x-new'] === 'yes')).toBe(true);
  expect(before.count()).toBe(3);
  await other.stop();
  await Promise.all([before.close(), after.close()]);
});
