import { describe, expect, test } from 'vitest';
import { DUE_CHANNEL } from '../../src/store/events.js';
import { openTestPosthorn } from '../support/posthorn.js';

const url = 'http://127.0.0.1:9/hook'; // nothing is started that would deliver

describe('enqueue', () => {
  test('writes the event and a pending delivery for each active webhook that wants it', async () => {
    const { posthorn, ledger } = await openTestPosthorn();
    const register = async (accountId: string, eventTypes: string[]) =>
      (await posthorn.webhooks.register({ url, accountId, eventTypes })).webhook.id;
    const every = await register('a', []);
    const exact = await register('a', ['expense.created']);
    const pattern = await register('a', ['other', 'expense.*']);
    await register('a', ['expense.deleted']);
    await register('b', []);
    const inactive = await register('a', []);
    await posthorn.webhooks.deactivate(inactive);

    const event = await posthorn.enqueue({
      type: 'expense.created',
      accountId: 'a',
      payload: { amount: 42 },
    });
    expect(event).toEqual({ id: expect.stringMatching(/^evt_/), deliveries: 3, duplicate: false });
    const deliveries = await ledger.delivery.findMany({ where: { eventId: event.id } });
    expect(deliveries.map(({ webhookId }) => webhookId).toSorted()).toEqual(
      [every, exact, pattern].toSorted(),
    );
    expect(
      deliveries.every(({ status, accountId }) => status === 'pending' && accountId === 'a'),
    ).toBe(true);
    expect((await posthorn.queue.counts()).waiting).toBe(3);
    expect(await ledger.event.findMany()).toMatchObject([{ payload: '{"amount":42}' }]);
  });

  test('an idempotency key answers with the first event, per account, also for calls at the same time', async () => {
    const { posthorn, ledger } = await openTestPosthorn();
    await posthorn.webhooks.register({ url });
    const event = { type: 'a', payload: 1, idempotencyKey: 'k' };
    const answers = await Promise.all(Array.from({ length: 20 }, () => posthorn.enqueue(event)));
    const later = await posthorn.enqueue({ ...event, payload: 2 });
    const other = await posthorn.enqueue({ ...event, accountId: 'other' });

    expect(new Set([...answers, later].map(({ id }) => id)).size).toBe(1);
    expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(later).toEqual({ id: answers[0]?.id, deliveries: 0, duplicate: true });
    expect(other.duplicate).toBe(false);
    expect(await ledger.event.count()).toBe(2);
    expect(await ledger.delivery.count()).toBe(1);
  });

  test('idempotency keys and accounts that join to the same text are not the same', async () => {
    const { posthorn, ledger } = await openTestPosthorn();
    const [one, other] = await Promise.all([
      posthorn.enqueue({ type: 'a', payload: 1, accountId: 'a', idempotencyKey: 'b c' }),
      posthorn.enqueue({ type: 'a', payload: 2, accountId: 'a b', idempotencyKey: 'c' }),
    ]);
    expect(one.id).not.toBe(other.id);
    expect(await ledger.event.count()).toBe(2);
  });

  test('two processes that use the same key at the same time write one event', async () => {
    const first = await openTestPosthorn();
    const { createPosthorn } = await import('../../src/posthorn.js');
    const second = await createPosthorn(first.options);
    const event = { type: 'a', payload: 1 };
    for (let round = 0; round < 20; round += 1) {
      const keyed = { ...event, idempotencyKey: `k${round}` };
      const [one, other] = await Promise.all([
        first.posthorn.enqueue(keyed),
        second.enqueue(keyed),
      ]);
      expect(one.id).toBe(other.id);
      expect(one.duplicate).not.toBe(other.duplicate);
    }
    await second.stop();
    expect(await first.ledger.event.count()).toBe(20);
  });

  test('calls that arrive together share a round trip', async () => {
    const { posthorn, ledger } = await openTestPosthorn();
    const transactions = async () => {
      const [row] = await ledger.$queryRaw<{ xmin: bigint }[]>`
        SELECT count(DISTINCT xmin::text) AS xmin FROM posthorn.events`;
      return Number(row?.xmin);
    };
    await Promise.all(
      Array.from({ length: 400 }, () => posthorn.enqueue({ type: 'a', payload: 1 })),
    );
    expect(await ledger.event.count()).toBe(400);
    expect(await transactions()).toBeLessThanOrEqual(4);
  });

  test('enqueueMany writes all or none, in order', async () => {
    const { posthorn, ledger } = await openTestPosthorn();
    const events = Array.from({ length: 1_000 }, (_, n) => ({ type: 'a', payload: n }));
    const answers = await posthorn.enqueueMany(events);
    const stored = await ledger.event.findMany();
    const payloads = new Map(stored.map(({ id, payload }) => [id, payload]));
    expect(answers.map(({ id }) => payloads.get(id))).toEqual(
      events.map(({ payload }) => `${payload}`),
    );

    await expect(
      posthorn.enqueueMany([
        { type: 'a', payload: 1 },
        { type: 'b d', payload: 1 },
      ]),
    ).rejects.toThrow(/event type "b d" does not fit/);
    await expect(posthorn.enqueueMany([...events, { type: 'a', payload: 1 }])).rejects.toThrow(
      /at most 1000/,
    );
    expect(await ledger.event.count()).toBe(1_000);
    expect(await posthorn.enqueueMany([])).toEqual([]);
  });

  test('keeps the payload as it was, whatever JSON can hold', async () => {
    const { posthorn, ledger } = await openTestPosthorn();
    const payload = {
      nul: '\0',
      lone: '\ud800',
      quote: '"\\',
      proto: JSON.parse('{"__proto__":1}'),
      deep: [[[]]],
    };
    const { id } = await posthorn.enqueue({ type: 'a', payload });
    const stored = await ledger.event.findUniqueOrThrow({ where: { id } });
    expect(stored.payload).toBe(JSON.stringify(payload));
  });

  test('does not fail when the queue can not be reached: the dispatcher finds the delivery later', async () => {
    const { posthorn, ledger } = await openTestPosthorn({ redisUrl: 'redis://127.0.0.1:1' });
    await posthorn.webhooks.register({ url });
    const { deliveries } = await posthorn.enqueue({ type: 'a', payload: 1 });
    expect(deliveries).toBe(1);
    const [delivery] = await ledger.delivery.findMany();
    const leaseMs = (delivery?.dispatchAt?.getTime() ?? 0) - (delivery?.createdAt.getTime() ?? 0);
    expect(delivery?.status).toBe('pending');
    expect(leaseMs).toBe(30_000);
  });
});

describe('enqueue in a transaction of the caller', () => {
  test('is undone by a rollback', async () => {
    const { posthorn, ledger } = await openTestPosthorn();
    await posthorn.webhooks.register({ url });
    const rolledBack = ledger.$transaction(async (tx) => {
      const event = await posthorn.enqueue({ type: 'a', payload: 1, idempotencyKey: 'k' }, { tx });
      expect(event.deliveries).toBe(1);
      throw new Error('the caller changed its mind');
    });
    await expect(rolledBack).rejects.toThrow('changed its mind');
    expect(await ledger.event.count()).toBe(0);
    expect(await ledger.delivery.count()).toBe(0);
    expect((await posthorn.enqueue({ type: 'a', payload: 1, idempotencyKey: 'k' })).duplicate).toBe(
      false,
    );
  });

  test('is due for the dispatcher at commit, and wakes it', async () => {
    const { posthorn, ledger, options } = await openTestPosthorn();
    await posthorn.webhooks.register({ url });
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: String(options.databaseUrl) });
    await client.connect();
    await client.query(`LISTEN ${DUE_CHANNEL}`);
    const heard = new Promise((resolve) => client.once('notification', resolve));
    await ledger.$transaction((tx) => posthorn.enqueue({ type: 'a', payload: 1 }, { tx }));
    await heard;
    await client.end();
    const [delivery] = await ledger.delivery.findMany();
    expect(delivery?.dispatchAt).toEqual(delivery?.dueAt);
    expect((await posthorn.queue.counts()).waiting ?? 0).toBe(0);
  });
});
