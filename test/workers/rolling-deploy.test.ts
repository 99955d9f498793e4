import { expect, test } from 'vitest';
import { makeNextRelease } from '../support/next-release.js';
import { pollUntil } from '../support/poll.js';
import { openTestPosthorn } from '../support/posthorn.js';
import { startPosthornProcess } from '../support/posthorn-process.js';
import { startReceiver } from '../support/receiver.js';

test('workers of this release and a later one run side by side, and each delivery is made once', async () => {
  const receiver = await startReceiver();
  const bundle = await openTestPosthorn({ pollInterval: '200ms' });
  const { posthorn, ledger, options } = bundle;
  // Two, because jobs that wait for the later release count against their webhook's allowance.
  for (const type of ['a', 'b']) {
    await posthorn.webhooks.register({ url: `${receiver.url}/${type}`, eventTypes: [type] });
  }
  const enqueue = async (count: number) => {
    const events = Array.from({ length: count }, (_, payload) => ({ type: 'a', payload }));
    await posthorn.enqueueMany(events);
  };
  // What is enqueued in a transaction is queued by the scheduler, here the later release's.
  const enqueueForScheduler = async (count: number) => {
    await ledger.$transaction(async (tx) => {
      const events = Array.from({ length: count }, (_, payload) => ({ type: 'b', payload }));
      await posthorn.enqueueMany(events, { tx });
    });
  };

  await posthorn.ping();
  const main = await makeNextRelease();
  const scheduler = startPosthornProcess(options, 'scheduler', main);
  const present = startPosthornProcess(options, 'worker');
  await enqueue(100);
  await receiver.waitForRequests(100);

  // Only this release's worker runs: what it can't read is neither made nor lost.
  await enqueueForScheduler(20);
  await pollUntil(
    () => posthorn.queue.counts(),
    ({ delayed = 0, waiting = 0, active = 0 }) => delayed + waiting + active >= 20,
    { what: 'jobs of the later release' },
  );
  await enqueue(100);
  await receiver.waitForRequests(200);

  const later = startPosthornProcess(options, 'worker', main);
  await enqueue(100);
  await receiver.waitForRequests(320);
  await pollUntil(
    () => ledger.delivery.count({ where: { status: 'pending' } }),
    (pending) => pending === 0,
    { what: 'the end of all deliveries' },
  );
  expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(320);
  expect(receiver.count()).toBe(320);
  for (const each of [present, later, scheduler]) expect(await each.stop()).toBe(0);
  await receiver.close();
});
