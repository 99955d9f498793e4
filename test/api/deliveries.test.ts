import { describe, expect, onTestFinished, test } from 'vitest';
import { newId } from '../../src/domain/id.js';
import { pollUntil } from '../support/poll.js';
import { startReceiver } from '../support/receiver.js';
import { type Call, openTestApi, register } from './setup.js';

interface DeliveryBody {
  readonly id: string;
  readonly status: string;
  readonly eventType?: string;
  readonly attempts: readonly Record<string, unknown>[];
}

interface PageBody {
  readonly data: readonly DeliveryBody[];
  readonly nextCursor: string | null;
}

async function enqueue(call: Call, type = 'expense.created'): Promise<string> {
  const json = { type, payload: { id: 42 } };
  const { body } = await call<{ id: string }>('POST', '/v1/events', { json });
  return body.id;
}

async function list(call: Call, query: string): Promise<PageBody> {
  return (await call<PageBody>('GET', `/v1/deliveries?${query}`)).body;
}

describe('GET /v1/deliveries', () => {
  test('pages through all deliveries, each once, while more are made', async () => {
    const { call, ledger } = await openTestApi();
    await register(call);
    await register(call);
    for (let index = 0; index < 5; index += 1) await enqueue(call);
    const all = (await ledger.delivery.findMany()).map(({ id }) => id);
    const seen: string[] = [];
    let page = await list(call, 'limit=4');
    for (;;) {
      seen.push(...page.data.map(({ id }) => id));
      if (page.nextCursor === null) break;
      await enqueue(call);
      page = await list(call, `limit=4&cursor=${page.nextCursor}`);
    }
    expect(seen).toHaveLength(10);
    expect(seen).toEqual(all.toSorted().toReversed());
  });

  test('narrows to a webhook, an event, a status and an account', async () => {
    const { call } = await openTestApi();
    const one = await register(call, { eventTypes: ['a.one'] });
    const all = await register(call);
    const first = await enqueue(call, 'a.one');
    await enqueue(call, 'a.two');
    await call('DELETE', `/v1/webhooks/${one.id}`);
    const sizes = [];
    for (const query of [
      '',
      `webhookId=${all.id}`,
      `eventId=${first}`,
      `eventId=${first}&webhookId=${one.id}`,
      'status=discarded',
      'status=pending&accountId=default',
      'accountId=other',
    ]) {
      sizes.push((await list(call, query)).data.length);
    }
    expect(sizes).toEqual([3, 2, 2, 1, 1, 2, 0]);
  });

  test('narrows to an event type, a last outcome and a time, and says what goes where', async () => {
    const { call, ledger } = await openTestApi();
    const { url } = await register(call);
    const before = new Date();
    await enqueue(call, 'expense.created');
    const event = await enqueue(call, 'invoice.paid');
    await ledger.delivery.updateMany({
      where: { eventId: event },
      data: { lastOutcome: 'timeout', dispatchAt: null },
    });
    const types = async (query: string) =>
      (await list(call, query)).data.map((delivery) => delivery.eventType);
    expect((await list(call, 'outcome=timeout')).data).toMatchObject([
      { eventType: 'invoice.paid', webhookUrl: url, place: 'parked' },
    ]);
    expect(await types('eventType=expense.*')).toEqual(['expense.created']);
    expect(await types('eventType=*')).toEqual(['invoice.paid', 'expense.created']);
    expect(await types(`from=${before.toISOString()}&eventType=invoice.paid`)).toHaveLength(1);
    expect(await types(`to=${before.toISOString()}`)).toEqual([]);
  });

  test('looks at no more than 20,000 for what no index finds, and goes on from there', async () => {
    const { call, ledger } = await openTestApi();
    const { id: webhookId } = await register(call);
    await enqueue(call, 'rare.event');
    await ledger.$executeRaw`
      INSERT INTO posthorn.deliveries
        (id, event_id, webhook_id, account_id, status, due_at, created_at, ended_at)
      SELECT 'dlv_ff' || lpad(to_hex(n), 30, '0'), event_id, webhook_id, account_id, 'delivered',
        due_at, created_at, created_at
      FROM posthorn.deliveries, generate_series(1, 20000) AS n`;
    const query = `webhookId=${webhookId}&status=pending`;
    const first = await list(call, query);
    expect(first.data).toEqual([]);
    expect(await list(call, `${query}&cursor=${first.nextCursor}`)).toMatchObject({
      data: [{ status: 'pending' }],
      nextCursor: null,
    });
  });

  test('refuses a query that does not fit', async () => {
    const { call } = await openTestApi();
    for (const [query, field] of [
      ['webhookId=x', 'webhookId'],
      ['eventId=wh_', 'eventId'],
      ['status=failed', 'status'],
      ['limit=1000', 'limit'],
      ['cursor=%00', 'cursor'],
      ['since=2026', 'since'],
      ['from=yesterday', 'from'],
    ] as const) {
      const { status, body } = await call('GET', `/v1/deliveries?${query}`);
      expect([query, status, body.code]).toEqual([query, 400, 'validation_failed']);
      expect(body.errors).toEqual([{ field, detail: expect.any(String) }]);
    }
  });
});

describe('one delivery', () => {
  test('is answered with its attempts, and made again by a retry', async () => {
    const { call, posthorn } = await openTestApi();
    const receiver = await startReceiver();
    onTestFinished(() => receiver.close());
    await posthorn.start(['scheduler', 'worker']);
    const webhook = await register(call, { url: receiver.url });
    const eventId = await enqueue(call);
    const [{ id = '' } = {}] = (await list(call, `eventId=${eventId}`)).data;
    const delivery = async () => (await call<DeliveryBody>('GET', `/v1/deliveries/${id}`)).body;
    const delivered = (count: number) => (body: DeliveryBody) =>
      body.status === 'delivered' && body.attempts.length === count;

    expect(await pollUntil(delivery, delivered(1))).toEqual({
      id,
      eventId,
      webhookId: webhook.id,
      accountId: 'default',
      status: 'delivered',
      attemptCount: 1,
      dueAt: null,
      place: null,
      lastOutcome: 'ok',
      lastStatusCode: 200,
      createdAt: expect.stringMatching(/Z$/),
      endedAt: expect.stringMatching(/Z$/),
      attempts: [
        {
          id: expect.stringMatching(/^att_/),
          deliveryId: id,
          webhookId: webhook.id,
          number: 1,
          outcome: 'ok',
          statusCode: 200,
          error: null,
          responseExcerpt: '',
          startedAt: expect.stringMatching(/Z$/),
          durationMs: expect.any(Number),
        },
      ],
    });

    const retried = await call<DeliveryBody>('POST', `/v1/deliveries/${id}/retry`);
    expect(retried.status).toBe(202);
    expect(retried.body).toMatchObject({ id, attempts: [{ number: 1 }] });
    await pollUntil(delivery, delivered(2));
    expect(receiver.requests.map(({ headers }) => headers['webhook-id'])).toEqual([
      eventId,
      eventId,
    ]);

    const path = `/v1/webhooks/${webhook.id}/attempts`;
    const { body: attempts } = await call<PageBody>('GET', `${path}?limit=1`);
    expect(attempts.data).toMatchObject([{ number: 2, outcome: 'ok' }]);
    const { body: rest } = await call<PageBody>('GET', `${path}?cursor=${attempts.nextCursor}`);
    expect(rest).toMatchObject({ data: [{ number: 1 }], nextCursor: null });
  });

  test('is not made again while its webhook is inactive', async () => {
    const { call } = await openTestApi();
    const webhook = await register(call);
    await enqueue(call);
    await call('POST', `/v1/webhooks/${webhook.id}/deactivate`);
    const [{ id = '' } = {}] = (await list(call, '')).data;
    const { status, body } = await call('POST', `/v1/deliveries/${id}/retry`);
    expect([status, body.code, body.details]).toEqual([409, 'conflict', { webhookId: webhook.id }]);
    expect(body.hint).toMatch(/reactivate/);
  });

  test('is found by no other account', async () => {
    const { call, ledger } = await openTestApi();
    await register(call);
    await enqueue(call);
    const [{ id = '' } = {}] = (await list(call, '')).data;
    const before = await ledger.delivery.findMany();
    const ids = [`${id}?accountId=other`, newId('dlv_', new Date()), 'x', '%00'];
    for (const text of ids) {
      const [name, query = ''] = text.split('?');
      for (const [method, action] of [
        ['GET', ''],
        ['POST', '/retry'],
      ] as const) {
        const path = `/v1/deliveries/${name}${action}?${query}`;
        const { status, body } = await call(method, path);
        expect([path, status, body.code]).toEqual([path, 404, 'not_found']);
      }
    }
    expect(await ledger.delivery.findMany()).toEqual(before);
    const own = await call('POST', `/v1/deliveries/${id}/retry?accountId=default`);
    expect(own.status).toBe(202);
  });
});
