import { describe, expect, test } from 'vitest';
import type { Invariant } from '../../src/domain/invariant.js';
import { createPosthorn } from '../../src/posthorn.js';
import { addDays, listPartitions, makePartitions } from '../../src/store/partitions.js';
import { pollUntil } from '../support/poll.js';
import { openTestPosthorn } from '../support/posthorn.js';
import { startReceiver } from '../support/receiver.js';

const HOUR_MS = 3_600_000;

/** Posthorn whose clock stands `hours` ahead, so that what was written before is settled. */
async function setup(hours = 1) {
  let aheadMs = 0;
  const clock = () => new Date(Date.now() + aheadMs);
  const bundle = await openTestPosthorn({}, { clock });
  const { posthorn } = bundle;
  const receiver = await startReceiver({
    respond: ({ path }) => ({ status: path === '/bad' ? 500 : 200 }),
  });
  const register = async (path: string) => {
    const { webhook } = await posthorn.webhooks.register({ url: `${receiver.url}/${path}` });
    return webhook.id;
  };
  const good = await register('good');
  const bad = await register('bad');
  /** Goes on to a time at which all that was written is old, and enqueues events then. */
  const enqueueLater = async (count: number) => {
    aheadMs += HOUR_MS;
    const events = Array.from({ length: count }, (_, payload) => ({ type: 'a', payload }));
    return posthorn.enqueueMany(events);
  };
  const later = (ms: number) => {
    aheadMs += ms;
  };
  const brokenBy = async (options: { dryRun?: boolean; sinceMs?: number } = {}) => {
    const { findings, ok } = await posthorn.reconciliation.run(options);
    const broken = findings.filter(({ found }) => found > 0);
    expect(ok).toBe(broken.length === 0);
    return broken.map(({ invariant, found, mended }) => ({ invariant, found, mended }));
  };
  later(hours * HOUR_MS);
  return { ...bundle, receiver, good, bad, enqueueLater, later, brokenBy };
}

const broken = (invariant: Invariant, found: number, mended = found) => {
  return { invariant, found, mended };
};

describe('a reconciliation', () => {
  test('finds nothing where all is well: before, while and after deliveries are made', async () => {
    const { posthorn, ledger, receiver, enqueueLater, brokenBy } = await setup();
    expect(await brokenBy()).toEqual([]);
    await enqueueLater(50);
    expect(await brokenBy()).toEqual([]);
    await posthorn.start(['worker', 'scheduler']);
    await receiver.waitForRequests(50);
    expect(await brokenBy()).toEqual([]);
    await pollUntil(
      () => ledger.delivery.count({ where: { status: 'delivered' } }),
      (delivered) => delivered === 50,
    );
    expect(await brokenBy()).toEqual([]);
    await receiver.close();
  });

  test('writes a delivery that is missing, and it is made', async () => {
    const { posthorn, ledger, receiver, good, enqueueLater, brokenBy } = await setup();
    await enqueueLater(3);
    const { count } = await ledger.delivery.deleteMany({ where: { webhookId: good } });
    expect(count).toBe(3);
    expect(await brokenBy({ dryRun: true })).toEqual([broken('missing_delivery', 3, 0)]);
    expect(await brokenBy()).toEqual([broken('missing_delivery', 3)]);
    expect(await brokenBy()).toEqual([]);
    await posthorn.start(['worker', 'scheduler']);
    await pollUntil(
      () => receiver.requests.filter(({ path }) => path === '/good').length,
      (made) => made === 3,
      { what: 'the deliveries that were missing' },
    );
    await receiver.close();
  });

  test('expects no delivery of what a webhook came to want later, or does not want', async () => {
    const { posthorn, receiver, good, bad, enqueueLater, later, brokenBy } = await setup();
    await posthorn.webhooks.update(good, { eventTypes: ['other.*'] });
    await posthorn.webhooks.deactivate(bad);
    await enqueueLater(2);
    expect(await brokenBy()).toEqual([]);
    later(HOUR_MS);
    await posthorn.webhooks.update(good, { eventTypes: [] });
    await posthorn.webhooks.reactivate(bad);
    await posthorn.webhooks.register({ url: `${receiver.url}/new` });
    expect(await brokenBy()).toEqual([]);
    await receiver.close();
  });

  test('finds a second delivery of one event to one webhook', async () => {
    const { ledger, receiver, good, enqueueLater, brokenBy } = await setup();
    await enqueueLater(1);
    const first = await ledger.delivery.findFirstOrThrow({ where: { webhookId: good } });
    const id = `${first.id.slice(0, -4)}0000`;
    await ledger.delivery.create({ data: { ...first, id } });
    expect(await brokenBy()).toEqual([broken('duplicate_delivery', 1, 0)]);
    await receiver.close();
  });

  test('discards what is pending without its event', async () => {
    const { ledger, receiver, enqueueLater, brokenBy } = await setup();
    const [event] = await enqueueLater(2);
    await ledger.event.delete({ where: { id: event?.id ?? '' } });
    expect(await brokenBy()).toEqual([broken('lost_event', 2)]);
    expect(await brokenBy()).toEqual([]);
    expect(await ledger.delivery.count({ where: { status: 'discarded' } })).toBe(2);
    await receiver.close();
  });

  test('discards what is parked without its webhook', async () => {
    const { ledger, receiver, bad, enqueueLater, later, brokenBy } = await setup();
    await enqueueLater(3);
    await ledger.webhook.delete({ where: { id: bad } });
    await ledger.delivery.updateMany({ where: { webhookId: bad }, data: { dispatchAt: null } });
    later(10 * 60_000);
    expect(await brokenBy()).toContainEqual(broken('orphaned_delivery', 3));
    expect(await ledger.delivery.count({ where: { status: 'discarded' } })).toBe(3);
    await receiver.close();
  });

  test('gives what is parked behind no hold to the dispatcher', async () => {
    const { posthorn, ledger, receiver, good, enqueueLater, later, brokenBy } = await setup();
    await enqueueLater(4);
    await ledger.delivery.updateMany({ where: { webhookId: good }, data: { dispatchAt: null } });
    expect(await brokenBy()).toEqual([]);
    later(10 * 60_000);
    expect(await brokenBy()).toContainEqual(broken('stuck_delivery', 4));
    await posthorn.start(['worker', 'scheduler']);
    await pollUntil(
      () => receiver.requests.filter(({ path }) => path === '/good').length,
      (made) => made === 4,
      { what: 'the deliveries that were stuck' },
    );
    await receiver.close();
  });

  test('finds what is overdue while no dispatcher runs, and nothing once one does', async () => {
    const { posthorn, ledger, receiver, enqueueLater, later, brokenBy } = await setup();
    await enqueueLater(2);
    later(10 * 60_000);
    expect(await brokenBy()).toEqual([broken('overdue_delivery', 4, 0)]);
    await posthorn.start(['worker', 'scheduler']);
    await receiver.waitForRequests(4);
    await pollUntil(
      () => ledger.delivery.count({ where: { dispatchAt: { lt: new Date() } } }),
      (overdue) => overdue === 0,
    );
    expect(await brokenBy()).toEqual([]);
    await receiver.close();
  });

  test('makes due what a machine with a wrong clock put off for years', async () => {
    const { ledger, receiver, good, enqueueLater, brokenBy } = await setup();
    await enqueueLater(1);
    const at = new Date(Date.now() + 400 * 24 * HOUR_MS);
    await ledger.delivery.updateMany({ data: { dueAt: at, dispatchAt: at } });
    await ledger.hold.create({
      data: { webhookId: good, state: 'open', since: at, releaseAt: at, allowance: 1 },
    });
    expect(await brokenBy()).toEqual([broken('far_off_delivery', 2), broken('far_off_hold', 1)]);
    expect(await brokenBy()).toEqual([]);
    await receiver.close();
  });

  test('finds a delivery that does not agree with its attempts, and counts a webhook anew', async () => {
    const { posthorn, ledger, receiver, good, enqueueLater, brokenBy } = await setup();
    await posthorn.start(['worker']); // a scheduler reconciles by itself
    await enqueueLater(3);
    await receiver.waitForRequests(6);
    await pollUntil(
      () => ledger.attempt.count({ where: { webhookId: good } }),
      (attempts) => attempts === 3,
    );
    const attempt = await ledger.attempt.findFirstOrThrow({ where: { webhookId: good } });
    await ledger.attempt.delete({ where: { id: attempt.id } });
    expect(await brokenBy()).toEqual([
      broken('attempt_mismatch', 1, 0),
      broken('counter_mismatch', 1),
    ]);
    expect((await posthorn.webhooks.get(good)).successCount).toBe(2);
    await receiver.close();
  });

  test('leaves the counters of a webhook alone whose oldest attempts are no longer kept', async () => {
    const { ledger, receiver, good, brokenBy } = await setup();
    const createdAt = new Date(Date.now() - 400 * 24 * HOUR_MS);
    await ledger.$executeRaw`
      CREATE TABLE posthorn.attempts_20240101 PARTITION OF posthorn.attempts
      FOR VALUES FROM ('att_018cc251f400') TO ('att_018cc7784fff')`;
    const data = { createdAt: new Date('2023-12-01'), successCount: 1_000_000, failureCount: 5 };
    await ledger.webhook.update({ where: { id: good }, data });
    expect(await brokenBy()).toEqual([]);
    expect(createdAt < new Date()).toBe(true);
    await receiver.close();
  });

  test('misses nothing of days that retention dropped', async () => {
    const { ledger, receiver, enqueueLater, later, brokenBy } = await setup();
    const now = new Date();
    await makePartitions(ledger, addDays(now, -1), addDays(now, 4));
    await enqueueLater(3);
    await ledger.delivery.updateMany({
      data: { status: 'discarded', endedAt: new Date(), dispatchAt: null },
    });
    later(3 * 24 * HOUR_MS);
    // A day's deliveries may go before its events.
    for (const name of await listPartitions(ledger)) {
      const day = name.slice(-8);
      const recent = addDays(now, 2).toISOString().slice(0, 10).replaceAll('-', '');
      if (name.startsWith('deliveries') && day < recent) {
        await ledger.$executeRawUnsafe(`DROP TABLE posthorn.${name}`);
      }
    }
    expect(await ledger.event.count()).toBe(3);
    expect(await brokenBy({ sinceMs: 30 * 24 * HOUR_MS })).toEqual([]);
    await receiver.close();
  });

  test('puts nothing right by a clock that is behind', async () => {
    const { posthorn, ledger, options, receiver, good } = await setup(0);
    await posthorn.enqueue({ type: 'a', payload: 1 });
    const releaseAt = new Date(Date.now() + 10 * 60_000);
    await ledger.hold.create({
      data: { webhookId: good, state: 'open', since: new Date(), releaseAt, allowance: 1 },
    });
    const clock = () => new Date(Date.now() - 3 * 24 * HOUR_MS);
    const behind = await createPosthorn(options, { clock });
    const { findings } = await behind.reconciliation.run();
    const farOff = findings.filter(({ invariant }) => invariant.startsWith('far_off'));
    expect(farOff.map(({ mended }) => mended)).toEqual([0, 0]);
    expect((await ledger.hold.findFirstOrThrow()).releaseAt).toEqual(releaseAt);
    await behind.stop();
    await receiver.close();
  });

  test('finds the attempts of a worker whose clock is behind', async () => {
    const { ledger, receiver, options, good, enqueueLater, brokenBy } = await setup();
    await enqueueLater(3);
    const at = Date.now() + 2 * HOUR_MS - 20 * 60_000;
    const worker = await createPosthorn(options, { clock: () => new Date(at) });
    await worker.start(['worker']);
    await pollUntil(
      () => ledger.attempt.count({ where: { webhookId: good } }),
      (attempts) => attempts === 3,
    );
    await worker.stop();
    const found = await brokenBy({ sinceMs: 60_000 });
    expect(found.map(({ invariant }) => invariant)).not.toContain('attempt_mismatch');
    await receiver.close();
  });

  test('goes through the webhooks in turn where it runs by itself, and tells Prometheus', async () => {
    const { posthorn, ledger, receiver, good } = await setup();
    await ledger.webhook.update({ where: { id: good }, data: { successCount: 7 } });
    const { ok, webhooks } = await posthorn.reconciliation.runNext();
    expect({ ok, webhooks }).toEqual({ ok: false, webhooks: 2 });
    const text = await posthorn.metrics.text();
    expect(text).toContain('posthorn_reconcile_broken{invariant="counter_mismatch"} 1');
    expect(text).toContain('posthorn_reconcile_mended_total{invariant="counter_mismatch"} 1');
    expect(text).toContain('posthorn_reconcile_broken{invariant="stuck_delivery"} 0');
    expect((await posthorn.reconciliation.runNext()).ok).toBe(true);
    await receiver.close();
  });
});
