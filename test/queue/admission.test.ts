import { describe, expect, test } from 'vitest';
import { createAdmission, type Fullness } from '../../src/queue/admission.js';
import { pollUntil } from '../support/poll.js';
import { openTestPosthorn } from '../support/posthorn.js';
import { startReceiver } from '../support/receiver.js';
import { startRedis } from '../support/redis.js';

describe('admission', () => {
  const open = (fullness: Fullness) =>
    createAdmission({ measure: async () => fullness, limit: 100, memoryLimit: 0.8 });

  test.each([
    { depth: 99, memoryShare: 0, room: true },
    { depth: 100, memoryShare: 0, room: false },
    { depth: 0, memoryShare: 0.79, room: true },
    { depth: 0, memoryShare: 0.8, room: false },
  ])('with $depth waiting and $memoryShare of the memory: $room', async ({ room, ...fullness }) => {
    expect(await open(fullness).hasRoom()).toBe(room);
  });

  test('counts what was added since it measured', async () => {
    const admission = open({ depth: 90, memoryShare: 0 });
    expect(await admission.hasRoom()).toBe(true);
    admission.added(10);
    expect(await admission.hasRoom()).toBe(false);
  });

  test('says yes where nothing can be measured: adding fails by itself', async () => {
    const measure = () => Promise.reject(new Error('away'));
    expect(await createAdmission({ measure, limit: 1, memoryLimit: 1 }).hasRoom()).toBe(true);
  });
});

test('past the depth limit new deliveries wait in the ledger, and all are made', async () => {
  const receiver = await startReceiver();
  const { posthorn, ledger } = await openTestPosthorn({ queueLimit: 100 });
  await posthorn.webhooks.register({ url: receiver.url });
  for (let n = 0; n < 40; n += 1) {
    await posthorn.enqueueMany(Array.from({ length: 25 }, () => ({ type: 'a', payload: n })));
  }
  expect((await posthorn.queue.counts()).waiting).toBe(100);
  expect(await ledger.delivery.count({ where: { status: 'pending' } })).toBe(1_000);
  await posthorn.start(['scheduler']);
  // What is added between two measurements is counted, so that the limit holds for the dispatcher, too.
  await posthorn.enqueue({ type: 'a', payload: 'last' });
  expect((await posthorn.queue.counts()).waiting).toBe(100);
  await posthorn.start(['worker']);
  await receiver.waitForRequests(1_001);
  await receiver.close();
});

test('near its memory limit Redis gets no new deliveries, and producers do not fail', async () => {
  const redis = await startRedis(['--maxmemory', '16mb']);
  const receiver = await startReceiver();
  const { posthorn, ledger } = await openTestPosthorn({
    redisUrl: redis.url,
    pollInterval: '100ms',
  });
  await posthorn.webhooks.register({ url: receiver.url });
  await posthorn.start(['scheduler']);
  const used = async () => {
    const info = String(await redis.command('INFO', 'memory'));
    return Number(/^used_memory:(\d+)/m.exec(info)?.[1]) / (16 * 2 ** 20);
  };
  for (let n = 0; (await used()) < 0.82; n += 1) {
    await redis.command('SET', `filler-${n}`, 'x'.repeat(100_000));
  }
  let before = -1;
  await pollUntil(
    async () => {
      await posthorn.enqueue({ type: 'a', payload: 1 });
      return (await posthorn.queue.counts()).waiting ?? 0;
    },
    (waiting) => {
      const same = waiting === before;
      before = waiting;
      return same;
    },
    { what: 'a queue that takes no more' },
  );
  const { waiting = 0 } = await posthorn.queue.counts();
  const events = Array.from({ length: 200 }, () => ({ type: 'a', payload: 1 }));
  await posthorn.enqueueMany(events);
  expect((await posthorn.queue.counts()).waiting).toBe(waiting);

  await redis.command('FLUSHALL');
  await posthorn.start(['worker']);
  const owed = await ledger.delivery.count();
  await receiver.waitForRequests(owed);
  await posthorn.stop();
  await redis.stop();
  await receiver.close();
});
