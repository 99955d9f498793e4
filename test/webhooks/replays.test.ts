import { expect, onTestFinished, test } from 'vitest';
import { openTestApi } from '../api/setup.js';
import { pollUntil } from '../support/poll.js';
import { openTestPosthorn } from '../support/posthorn.js';
import { startReceiver } from '../support/receiver.js';

interface ReplayBody {
  readonly id: string;
  readonly total: number;
  readonly [field: string]: unknown;
}

test('a replay makes what ended again, by state, type and time, with the same webhook-id', async () => {
  const receiver = await startReceiver();
  onTestFinished(() => receiver.close());
  const { posthorn, ledger, call } = await openTestApi({ pollInterval: '100ms' });
  const { webhook } = await posthorn.webhooks.register({ url: receiver.url });
  const events = await posthorn.enqueueMany(
    Array.from({ length: 40 }, (_, n) => ({
      type: n % 2 === 0 ? 'expense.paid' : 'user.left',
      payload: n,
    })),
  );
  await posthorn.start(['worker', 'scheduler']);
  await receiver.waitForRequests(40);
  await pollUntil(
    () => ledger.delivery.count({ where: { status: 'delivered' } }),
    (delivered) => delivered === 40,
  );
  const path = `/v1/webhooks/${webhook.id}/replay`;
  const json = {
    from: '1h',
    statuses: ['delivered'],
    eventTypes: ['expense.*'],
    idempotencyKey: 'k',
  };
  const begun = await call<ReplayBody>('POST', path, { json });
  expect(begun.status).toBe(202);
  expect(begun.body).toMatchObject({ total: 20, replayed: 0, status: 'running', duplicate: false });
  const again = await call<ReplayBody>('POST', path, { json });
  expect(again.body).toMatchObject({ id: begun.body.id, duplicate: true });
  const done = await pollUntil(
    async () => (await call<ReplayBody>('GET', `/v1/replays/${begun.body.id}`)).body,
    ({ status }) => status === 'done',
  );
  expect(done).toMatchObject({ total: 20, replayed: 20, endedAt: expect.any(String) });
  const requests = await receiver.waitForRequests(60);
  const expected = events.filter((_, n) => n % 2 === 0).map(({ id }) => id);
  const replayed = requests.slice(40).map(({ headers }) => headers['webhook-id']);
  expect(replayed.toSorted()).toEqual(expected.toSorted());
  expect((await call('POST', `/v1/replays/${done.id}/cancel`)).status).toBe(409);
  const listed = await call<{ data: ReplayBody[] }>('GET', `/v1/replays?webhookId=${webhook.id}`);
  expect(listed.body.data).toHaveLength(1);
  const nothing = await call<ReplayBody>('POST', path, { json: { from: '1h' } });
  expect(nothing.body.total).toBe(0);
  for (const bad of [
    {},
    { from: 'soon' },
    { from: '1h', rate: 0 },
    { from: '1h', statuses: ['pending'] },
  ]) {
    expect([bad, (await call('POST', path, { json: bad })).status]).toEqual([bad, 400]);
  }
});

test('what a webhook missed while it was inactive can be made up for, once', async () => {
  const { posthorn, ledger } = await openTestPosthorn();
  const { webhook } = await posthorn.webhooks.register({
    url: 'https://example.com/',
    eventTypes: ['expense.*'],
  });
  const event = (type: string, accountId = 'default') => ({ type, payload: 1, accountId });
  await posthorn.enqueue(event('expense.before'));
  const from = new Date(Date.now() - 60_000);
  await posthorn.webhooks.deactivate(webhook.id);
  const [missed] = await posthorn.enqueueMany([
    event('expense.paid'),
    event('user.left'),
    event('expense.paid', 'other'),
  ]);
  expect(await ledger.delivery.count()).toBe(1);
  await posthorn.webhooks.reactivate(webhook.id);
  for (const total of [1, 0]) {
    const { replay } = await posthorn.replays.start(webhook.id, { from, statuses: ['missed'] });
    await posthorn.replays.advance();
    expect(await posthorn.replays.get(replay.id)).toMatchObject({
      status: 'done',
      total,
      replayed: total,
    });
  }
  const made = await ledger.delivery.findMany({ orderBy: { id: 'desc' } });
  expect(made).toHaveLength(2);
  expect(made[0]).toMatchObject({ eventId: missed?.id, status: 'pending', dispatchAt: null });
});

test('a replay keeps its pace, waits for its webhook, is taken further by one at a time, and can be cancelled', async () => {
  let now = new Date('2026-03-01T00:00:00Z');
  const { posthorn, ledger } = await openTestPosthorn({}, { clock: () => now });
  const { webhook } = await posthorn.webhooks.register({ url: 'https://example.com/' });
  await posthorn.enqueueMany(Array.from({ length: 1_000 }, (_, n) => ({ type: 'a', payload: n })));
  await ledger.delivery.updateMany({
    data: { status: 'exhausted', endedAt: now, dispatchAt: null },
  });
  now = new Date(now.getTime() + 3_600_000);
  const from = new Date(now.getTime() - 2 * 3_600_000);
  const pending = () => ledger.delivery.count({ where: { status: 'pending' } });
  const advance = () => Promise.all([1, 2, 3].map(() => posthorn.replays.advance()));

  const slow = await posthorn.replays.start(webhook.id, { from, rate: 20 });
  await advance();
  expect(await pending()).toBe(20);
  await advance();
  expect(await pending()).toBe(20);
  now = new Date(now.getTime() + 1_000);
  await advance();
  expect(await pending()).toBe(40);
  expect(await posthorn.replays.cancel(slow.replay.id)).toMatchObject({
    status: 'cancelled',
    replayed: 40,
  });
  now = new Date(now.getTime() + 60_000);
  await advance();
  expect(await pending()).toBe(40);

  const { replay } = await posthorn.replays.start(webhook.id, { from });
  expect(replay.total).toBe(960);
  await posthorn.webhooks.deactivate(webhook.id);
  await advance();
  expect(await pending()).toBe(40);
  expect(await posthorn.replays.owed(webhook.id)).toMatchObject({ deliveries: 40 });
  await expect(posthorn.replays.start(webhook.id, { from })).rejects.toThrow('is inactive');
  const { deliveries } = await posthorn.webhooks.reactivate(webhook.id);
  expect(deliveries).toBe(40);
  now = new Date(now.getTime() + 60_000);
  await advance();
  // No more of them than keep the webhook busy.
  expect(await pending()).toBe(1_000);
  expect(await posthorn.replays.get(replay.id)).toMatchObject({ replayed: 960 });
  const parked = await ledger.delivery.count({ where: { status: 'pending', dispatchAt: null } });
  expect(parked).toBe(1_000);
  expect(await ledger.hold.count({ where: { webhookId: webhook.id } })).toBe(1);
});
