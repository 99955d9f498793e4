import { describe, expect, test } from 'vitest';
import { MAX_PAYLOAD_BYTES } from '../../src/domain/event.js';
import { newId } from '../../src/domain/id.js';
import type { Ledger } from '../../src/store/ledger.js';
import { openTestApi, register } from './setup.js';

interface Enqueued {
  readonly id: string;
  readonly deliveries: number;
  readonly duplicate: boolean;
}

const EVENT = { type: 'expense.created', payload: { id: 42 } };

async function counts(ledger: Ledger) {
  return [
    await ledger.event.count(),
    await ledger.delivery.count(),
    await ledger.idempotencyKey.count(),
  ];
}

/** A string whose JSON, quotes included, has that many bytes. */
function payloadOf(bytes: number, character = 'x'): string {
  return character.repeat((bytes - 2) / Buffer.byteLength(character));
}

describe('POST /v1/events', () => {
  test('accepts an event and says how many deliveries it made', async () => {
    const { call, ledger } = await openTestApi();
    await register(call);
    await register(call, { eventTypes: ['expense.*'] });
    await register(call, { eventTypes: ['other.*'] });
    const { status, body } = await call<Enqueued>('POST', '/v1/events', { json: EVENT });
    expect(status).toBe(202);
    expect(body).toEqual({
      id: expect.stringMatching(/^evt_[0-9a-f]{32}$/),
      deliveries: 2,
      duplicate: false,
    });
    expect(await counts(ledger)).toEqual([1, 2, 0]);
  });

  test('answers a duplicate with the first id', async () => {
    const { call, ledger } = await openTestApi();
    await register(call, { accountId: 'acme' });
    const json = { ...EVENT, accountId: 'acme', idempotencyKey: 'one' };
    const first = await call<Enqueued>('POST', '/v1/events', { json });
    const second = await call<Enqueued>('POST', '/v1/events', { json });
    expect(first.body).toMatchObject({ deliveries: 1, duplicate: false });
    expect(second.status).toBe(202);
    expect(second.body).toEqual({ id: first.body.id, deliveries: 0, duplicate: true });
    expect(await counts(ledger)).toEqual([1, 1, 1]);
  });

  test.each([
    ['null', null],
    ['a string', 'text'],
    ['a list', [1, [2]]],
    ['text of other scripts', { a: 'þorn 📯 \u0000 \ud800' }],
  ])('keeps a payload that is %s', async (_name, payload) => {
    const { call } = await openTestApi();
    const { body } = await call<Enqueued>('POST', '/v1/events', { json: { ...EVENT, payload } });
    const event = await call('GET', `/v1/events/${body.id}`);
    expect(event.body.payload).toEqual(payload);
  });

  test('keeps a key named __proto__ in a payload', async () => {
    const { call, ledger } = await openTestApi();
    const payload = '{"__proto__":{"a":1},"constructor":{"prototype":2}}';
    const { status } = await call('POST', '/v1/events', {
      raw: `{"type":"a.b","payload":${payload}}`,
    });
    expect(status).toBe(202);
    expect(await ledger.event.findMany()).toMatchObject([{ payload }]);
  });

  test('refuses what does not fit, and writes nothing', async () => {
    const { call, ledger } = await openTestApi();
    await register(call);
    for (const [json, code, field] of [
      [{ payload: 1 }, 'validation_failed', 'type'],
      [{ type: 'a' }, 'validation_failed', 'payload'],
      [{ ...EVENT, data: 1 }, 'validation_failed', 'data'],
      [{ ...EVENT, accountId: 7 }, 'validation_failed', 'accountId'],
      [{ ...EVENT, accountId: 'a\u0000' }, 'invalid_input', 'accountId'],
      [{ ...EVENT, idempotencyKey: '' }, 'invalid_input', 'idempotencyKey'],
      [{ ...EVENT, idempotencyKey: null }, 'validation_failed', 'idempotencyKey'],
      [{ ...EVENT, type: 'a b' }, 'invalid_event_type', undefined],
      [[EVENT], 'validation_failed', 'body'],
      [null, 'validation_failed', 'body'],
      ['text', 'validation_failed', 'body'],
    ] as const) {
      const { status, body } = await call('POST', '/v1/events', { json });
      expect({ json, status, code: body.code }).toEqual({ json, status: 400, code });
      const faults = field === undefined ? undefined : [{ field, detail: expect.any(String) }];
      expect(body.errors).toEqual(faults);
    }
    const inQuery = await call('POST', '/v1/events?accountId=acme', { json: EVENT });
    expect([inQuery.status, inQuery.body.code]).toEqual([400, 'validation_failed']);
    expect(await counts(ledger)).toEqual([0, 0, 0]);
  });

  test('takes a payload of exactly 256 KiB, however it is escaped', async () => {
    const { call, ledger } = await openTestApi();
    const payload = payloadOf(MAX_PAYLOAD_BYTES);
    const plain = await call('POST', '/v1/events', { json: { ...EVENT, payload } });
    expect(plain.status).toBe(202);
    const escaped = `"${'\\u0078'.repeat(MAX_PAYLOAD_BYTES - 2)}"`;
    const long = await call('POST', '/v1/events', { raw: `{"type":"a","payload":${escaped}}` });
    expect(long.status).toBe(202);
    const multibyte = payloadOf(MAX_PAYLOAD_BYTES, 'þ');
    const wide = await call('POST', '/v1/events', { json: { ...EVENT, payload: multibyte } });
    expect(wide.status).toBe(202);
    expect(await counts(ledger)).toEqual([3, 0, 0]);
  });

  test('refuses a payload of a byte more', async () => {
    const { call, ledger } = await openTestApi();
    for (const bytes of [MAX_PAYLOAD_BYTES + 1, 2 * MAX_PAYLOAD_BYTES, 4 * MAX_PAYLOAD_BYTES]) {
      const json = { ...EVENT, payload: payloadOf(bytes) };
      const { status, body } = await call('POST', '/v1/events', { json });
      expect([status, body.code]).toEqual([413, 'payload_too_large']);
      expect(body.hint).toEqual(expect.any(String));
    }
    expect(await counts(ledger)).toEqual([0, 0, 0]);
  });

  test('refuses a body that can hold no payload that fits', async () => {
    const { call, ledger } = await openTestApi();
    const json = { ...EVENT, payload: payloadOf(8 * MAX_PAYLOAD_BYTES) };
    const { status, body } = await call('POST', '/v1/events', { json });
    expect([status, body.code]).toEqual([413, 'body_too_large']);
    expect(body.detail).toBe('the body is over 1589248 bytes');
    expect(await counts(ledger)).toEqual([0, 0, 0]);
  });

  test('refuses a payload that is nested too deep', async () => {
    const { call, ledger } = await openTestApi();
    const depth = 100_000;
    const raw = `{"type":"a","payload":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    const { status, body } = await call('POST', '/v1/events', { raw });
    expect([status, body.code]).toEqual([400, 'invalid_payload']);
    expect(await counts(ledger)).toEqual([0, 0, 0]);
  });
});

describe('POST /v1/events/batch', () => {
  test('accepts up to 1,000 events and answers in their order', async () => {
    const { call, ledger } = await openTestApi();
    await register(call, { eventTypes: ['a.even'] });
    const events = Array.from({ length: 1_000 }, (_, index) => {
      return { type: index % 2 === 0 ? 'a.even' : 'a.odd', payload: index };
    });
    const { status, body } = await call<{ data: Enqueued[] }>('POST', '/v1/events/batch', {
      json: { events },
    });
    expect(status).toBe(202);
    expect(body.data).toHaveLength(1_000);
    expect(body.data.map(({ deliveries }) => deliveries)).toEqual(
      events.map(({ type }) => (type === 'a.even' ? 1 : 0)),
    );
    expect(await counts(ledger)).toEqual([1_000, 500, 0]);
    const third = await call('GET', `/v1/events/${body.data[2]?.id}`);
    expect(third.body.payload).toBe(2);
  });

  test('tells duplicates within a batch', async () => {
    const { call } = await openTestApi();
    const event = { ...EVENT, idempotencyKey: 'one' };
    const { body } = await call<{ data: Enqueued[] }>('POST', '/v1/events/batch', {
      json: { events: [event, event] },
    });
    expect(body.data.map(({ duplicate }) => duplicate)).toEqual([false, true]);
    expect(body.data[0]?.id).toBe(body.data[1]?.id);
  });

  test('accepts all or none, and says which event is at fault', async () => {
    const { call, ledger } = await openTestApi();
    await register(call);
    for (const [bad, status, code, field] of [
      [{ type: 'a b', payload: 1 }, 400, 'invalid_event_type', 'events.1'],
      [{ ...EVENT, idempotencyKey: ' ' }, 400, 'invalid_input', 'events.1.idempotencyKey'],
      [{ ...EVENT, more: 1 }, 400, 'validation_failed', 'events.1.more'],
      [{ type: 'a' }, 400, 'validation_failed', 'events.1.payload'],
      ['text', 400, 'validation_failed', 'events.1'],
      [
        { type: 'a', payload: payloadOf(MAX_PAYLOAD_BYTES + 1) },
        413,
        'payload_too_large',
        'events.1',
      ],
    ] as const) {
      const json = { events: [EVENT, bad, EVENT] };
      const answer = await call('POST', '/v1/events/batch', { json });
      expect([field, answer.status, answer.body.code]).toEqual([field, status, code]);
      expect(answer.body.errors).toEqual([{ field, detail: expect.any(String) }]);
      expect(answer.body.detail).toContain('events.1');
    }
    expect(await counts(ledger)).toEqual([0, 0, 0]);
  });

  test('refuses none, more than 1,000, and what is no list', async () => {
    const { call, ledger } = await openTestApi();
    for (const json of [
      { events: [] },
      { events: Array(1_001).fill(EVENT) },
      { events: EVENT },
      {},
      [EVENT],
    ]) {
      const { status, body } = await call('POST', '/v1/events/batch', { json });
      expect([status, body.code]).toEqual([400, 'validation_failed']);
    }
    expect(await counts(ledger)).toEqual([0, 0, 0]);
  });

  test('lists at most 20 faults', async () => {
    const { call } = await openTestApi();
    const json = { events: Array(1_000).fill({}) };
    const { body } = await call<{ errors: unknown[] }>('POST', '/v1/events/batch', { json });
    expect(body.errors).toHaveLength(20);
  });
});

describe('GET /v1/events/{id}', () => {
  test('answers with the event and the states of its deliveries', async () => {
    const { call } = await openTestApi();
    const webhook = await register(call);
    await register(call);
    const { body } = await call<Enqueued>('POST', '/v1/events', {
      json: { ...EVENT, idempotencyKey: 'k' },
    });
    await call('DELETE', `/v1/webhooks/${webhook.id}`);
    const event = await call('GET', `/v1/events/${body.id}`);
    expect(event.status).toBe(200);
    expect(event.body).toEqual({
      id: body.id,
      accountId: 'default',
      ...EVENT,
      idempotencyKey: 'k',
      createdAt: expect.stringMatching(/Z$/),
      deliveries: { pending: 1, delivered: 0, exhausted: 0, discarded: 1 },
    });
  });

  test('finds none of another account, and none that is not there', async () => {
    const { call } = await openTestApi();
    const { body } = await call<Enqueued>('POST', '/v1/events', { json: EVENT });
    for (const path of [`${body.id}?accountId=other`, newId('evt_', new Date()), 'x', '%00']) {
      const answer = await call('GET', `/v1/events/${path}`);
      expect([path, answer.status, answer.body.code]).toEqual([path, 404, 'not_found']);
    }
    expect((await call('GET', `/v1/events/${body.id}?accountId=default`)).status).toBe(200);
  });
});
