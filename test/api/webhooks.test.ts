import { describe, expect, test } from 'vitest';
import { newId } from '../../src/domain/id.js';
import { openTestApi, register, type WebhookBody } from './setup.js';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('POST /v1/webhooks', () => {
  test('answers with the webhook and, this once, its secret', async () => {
    const { call, ledger } = await openTestApi();
    const answer = await call<WebhookBody>('POST', '/v1/webhooks', {
      json: {
        url: 'https://hooks.example.com/posthorn',
        accountId: 'acme',
        eventTypes: ['expense.*'],
        tier: 'critical',
        description: 'the books',
        headers: { 'X-Team': 'books' },
      },
    });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^wh_[0-9a-f]{32}$/),
      accountId: 'acme',
      url: 'https://hooks.example.com/posthorn',
      description: 'the books',
      eventTypes: ['expense.*'],
      tier: 'critical',
      headers: { 'X-Team': 'books' },
      active: true,
      activeSince: expect.stringMatching(TIME),
      deactivatedAt: null,
      deactivationReason: null,
      deactivationDetail: null,
      lastSuccess: null,
      lastFailure: null,
      format: null,
      lastError: null,
      maxInFlight: null,
      rateLimit: null,
      signatureScheme: 'v1',
      operational: false,
      overrides: {},
      verification: 'none',
      verifiedAt: null,
      test: null,
      publicKey: null,
      breaker: 'closed',
      failingSince: null,
      successCount: 0,
      failureCount: 0,
      consecutiveFailures: 0,
      createdAt: expect.stringMatching(TIME),
      updatedAt: expect.stringMatching(TIME),
      secret: expect.stringMatching(/^whsec_/),
    });
    expect(await ledger.webhook.count()).toBe(1);
  });

  test('takes a URL alone', async () => {
    const { call } = await openTestApi();
    const { secret: _secret, ...webhook } = await register(call);
    expect(webhook).toMatchObject({ accountId: 'default', tier: 'standard', eventTypes: [] });
    const { status, body } = await call('GET', `/v1/webhooks/${webhook.id}`);
    expect(status).toBe(200);
    expect(body).toEqual(webhook);
  });

  test('refuses what does not fit, and writes nothing', async () => {
    const { call, ledger } = await openTestApi();
    const url = 'https://hooks.example.com/';
    for (const [json, code, field] of [
      [{}, 'validation_failed', 'url'],
      [{ url: 1 }, 'validation_failed', 'url'],
      [{ url: 'ftp://hooks.example.com/' }, 'invalid_url', 'url'],
      [{ url: 'http://10.0.0.1/' }, 'blocked_address', 'url'],
      [{ url, tier: 'gold' }, 'validation_failed', 'tier'],
      [{ url, description: 'x'.repeat(501) }, 'invalid_input', 'description'],
      [{ url, headers: { 'webhook-id': 'x' } }, 'invalid_input', 'headers'],
      [{ url, headers: { a: 1 } }, 'validation_failed', 'headers.a'],
      [{ url, accountId: null }, 'validation_failed', 'accountId'],
      [{ url, accountId: '' }, 'invalid_input', 'accountId'],
      [{ url, eventTypes: Array(101).fill('a') }, 'invalid_input', 'eventTypes'],
      [{ url, eventTypes: 'a' }, 'validation_failed', 'eventTypes'],
      [{ url, maxInFlight: 0 }, 'invalid_input', 'maxInFlight'],
      [{ url, rateLimit: -1 }, 'invalid_input', 'rateLimit'],
      [{ url, rateLimit: 'fast' }, 'validation_failed', 'rateLimit'],
      [{ url, verification: 'pong' }, 'validation_failed', 'verification'],
      [{ url, secret: 'whsec_short' }, 'invalid_input', 'secret'],
      [{ url, operational: 1 }, 'validation_failed', 'operational'],
    ] as const) {
      const { status, headers, body } = await call('POST', '/v1/webhooks', { json });
      expect({ json, status, code: body.code }).toEqual({ json, status: 400, code });
      expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(body.errors).toContainEqual({ field, detail: expect.any(String) });
    }
    expect(await ledger.webhook.count()).toBe(0);
  });

  test('refuses a bad event type pattern', async () => {
    const { call } = await openTestApi();
    const json = { url: 'https://a.example.com', eventTypes: ['a..b'] };
    const { status, body } = await call('POST', '/v1/webhooks', { json });
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid_event_type' });
  });

  test('names every field that does not fit, and those that do', async () => {
    const { call } = await openTestApi();
    const { body } = await call('POST', '/v1/webhooks', { json: { rate: 1, tier: 'gold' } });
    expect(body.errors).toEqual([
      { field: 'url', detail: 'is needed: a string' },
      { field: 'tier', detail: 'must be one of critical, standard, low' },
      {
        field: 'rate',
        detail:
          'is not known here, only url, accountId, signatureScheme, operational, secret, eventTypes, tier, description, headers, format, maxInFlight, rateLimit, overrides, verification',
      },
    ]);
  });
});

describe('GET /v1/webhooks', () => {
  test('pages through all webhooks, each once, newest first', async () => {
    const { call } = await openTestApi();
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1) ids.push((await register(call)).id);
    const seen: string[][] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const answer = await call<{ data: { id: string }[]; nextCursor: string | null }>(
        'GET',
        `/v1/webhooks?limit=3${query}`,
      );
      seen.push(answer.body.data.map(({ id }) => id));
      cursor = answer.body.nextCursor;
    }
    expect(seen.map(({ length }) => length)).toEqual([3, 3, 1]);
    expect(seen.flat()).toEqual(ids.toSorted().toReversed());
  });

  test('narrows to an account and to the active', async () => {
    const { call } = await openTestApi();
    const { id: one } = await register(call, { accountId: 'one' });
    const { id: other } = await register(call, { accountId: 'other' });
    await call('POST', `/v1/webhooks/${other}/deactivate`);
    const list = async (query: string) => {
      const { body } = await call<{ data: { id: string }[] }>('GET', `/v1/webhooks?${query}`);
      return body.data.map(({ id }) => id);
    };
    expect(await list('accountId=one')).toEqual([one]);
    expect(await list('active=true')).toEqual([one]);
    expect(await list('active=false')).toEqual([other]);
    expect(await list('accountId=nobody')).toEqual([]);
  });

  test('never shows a secret', async () => {
    const { call } = await openTestApi();
    await register(call);
    const { body } = await call('GET', '/v1/webhooks');
    expect(JSON.stringify(body)).not.toMatch(/secret|whsec|sealed/i);
  });

  test('refuses a query that does not fit', async () => {
    const { call } = await openTestApi();
    for (const [query, field] of [
      ['limit=0', 'limit'],
      ['limit=101', 'limit'],
      ['limit=ten', 'limit'],
      ['limit=', 'limit'],
      ['limit=1&limit=2', 'limit'],
      ['cursor=', 'cursor'],
      ['cursor=evt_018f', 'cursor'],
      ['active=yes', 'active'],
      ['tier=high', 'tier'],
    ] as const) {
      const { status, body } = await call('GET', `/v1/webhooks?${query}`);
      expect({ query, status, code: body.code }).toEqual({
        query,
        status: 400,
        code: 'validation_failed',
      });
      expect(body.errors).toEqual([{ field, detail: expect.any(String) }]);
    }
  });

  test('refuses an account id that does not fit', async () => {
    const { call } = await openTestApi();
    const { status, body } = await call('GET', '/v1/webhooks?accountId=%00');
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid_input' });
  });
});

/** Every route of one webhook, in an order in which each can succeed. */
const ROUTES = [
  ['GET', ''],
  ['PATCH', ''],
  ['POST', '/rotate-secret'],
  ['POST', '/deactivate'],
  ['POST', '/reactivate'],
  ['GET', '/attempts'],
  ['DELETE', ''],
] as const;

function bodyFor(method: string) {
  return method === 'PATCH' ? { json: { description: 'changed' } } : {};
}

describe('one webhook', () => {
  test('is changed by PATCH in what is given', async () => {
    const { call } = await openTestApi();
    const { id } = await register(call, { description: 'before', tier: 'low' });
    const json = { url: 'https://other.example.com/', description: 'after' };
    const { status, body } = await call('PATCH', `/v1/webhooks/${id}`, { json });
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, ...json, tier: 'low' });
  });

  test('is left as it is by a PATCH that does not fit', async () => {
    const { call } = await openTestApi();
    const { secret: _secret, ...before } = await register(call);
    for (const [json, code] of [
      [{ accountId: 'other' }, 'validation_failed'],
      [{ active: false }, 'validation_failed'],
      [{ url: 'https://other.example.com/', description: 5 }, 'validation_failed'],
      [{ url: 'nonsense', description: 'after' }, 'invalid_url'],
    ] as const) {
      const { status, body } = await call('PATCH', `/v1/webhooks/${before.id}`, { json });
      expect({ json, status, code: body.code }).toEqual({ json, status: 400, code });
    }
    expect((await call('GET', `/v1/webhooks/${before.id}`)).body).toEqual(before);
  });

  test('is deleted', async () => {
    const { call, ledger } = await openTestApi();
    const { id } = await register(call);
    const headers = { 'content-type': 'application/json' };
    const { status, body } = await call('DELETE', `/v1/webhooks/${id}`, { headers });
    expect({ status, body }).toEqual({ status: 204, body: {} });
    expect(await ledger.webhook.count()).toBe(0);
    expect((await call('DELETE', `/v1/webhooks/${id}`)).status).toBe(404);
  });

  test('gets a new secret by rotation', async () => {
    const { call, ledger } = await openTestApi();
    const { id, secret } = await register(call);
    const rotated = await call<WebhookBody>('POST', `/v1/webhooks/${id}/rotate-secret`);
    expect(rotated.status).toBe(200);
    expect(rotated.body).toMatchObject({ id, secret: expect.stringMatching(/^whsec_/) });
    expect(rotated.body.secret).not.toBe(secret);
    const row = await ledger.webhook.findUniqueOrThrow({ where: { id } });
    expect(row.secrets).toHaveLength(2);
  });

  test('drops the old secret at once with an overlap of 0s', async () => {
    const { call, ledger } = await openTestApi();
    const { id } = await register(call);
    await call('POST', `/v1/webhooks/${id}/rotate-secret`, { json: { overlap: '0s' } });
    const row = await ledger.webhook.findUniqueOrThrow({ where: { id } });
    expect(row.secrets).toHaveLength(1);
  });

  test('keeps its secret when the overlap does not fit', async () => {
    const { call, ledger } = await openTestApi();
    const { id } = await register(call);
    for (const [overlap, code] of [
      ['a day', 'validation_failed'],
      [24, 'validation_failed'],
      ['8d', 'invalid_input'],
    ] as const) {
      const answer = await call('POST', `/v1/webhooks/${id}/rotate-secret`, { json: { overlap } });
      expect([overlap, answer.status, answer.body.code]).toEqual([overlap, 400, code]);
    }
    const row = await ledger.webhook.findUniqueOrThrow({ where: { id } });
    expect(row.secrets).toHaveLength(1);
  });

  test('is deactivated once, and reactivated once', async () => {
    const { call } = await openTestApi();
    const { id } = await register(call);
    const event = { type: 'expense.created', payload: {} };
    await call('POST', '/v1/events', { json: event });

    const deactivated = await call('POST', `/v1/webhooks/${id}/deactivate`);
    expect(deactivated.status).toBe(200);
    expect(deactivated.body).toMatchObject({ active: false, deactivationReason: 'owner' });
    const again = await call('POST', `/v1/webhooks/${id}/deactivate`);
    expect([again.status, again.body.code]).toEqual([409, 'conflict']);

    const json = { owed: 'discard' };
    const reactivated = await call('POST', `/v1/webhooks/${id}/reactivate`, { json });
    expect(reactivated.status).toBe(200);
    expect(reactivated.body).toMatchObject({
      id,
      active: true,
      deactivatedAt: null,
      deliveries: 1,
    });
    const twice = await call('POST', `/v1/webhooks/${id}/reactivate`);
    expect([twice.status, twice.body.code]).toEqual([409, 'conflict']);
  });

  test('refuses to be reactivated with an unknown choice', async () => {
    const { call } = await openTestApi();
    const { id } = await register(call);
    await call('POST', `/v1/webhooks/${id}/deactivate`);
    const json = { owed: 'keep' };
    const { status, body } = await call('POST', `/v1/webhooks/${id}/reactivate`, { json });
    expect([status, body.code]).toEqual([400, 'validation_failed']);
    expect((await call('GET', `/v1/webhooks/${id}`)).body.active).toBe(false);
  });

  test('is not found from another account, and left as it is', async () => {
    const { call, ledger } = await openTestApi();
    const { id } = await register(call, { accountId: 'acme' });
    const before = await ledger.webhook.findMany();
    for (const [method, action] of ROUTES) {
      const path = `/v1/webhooks/${id}${action}?accountId=other`;
      const { status, body } = await call(method, path, bodyFor(method));
      expect([path, status, body.code, body.details]).toEqual([path, 404, 'not_found', { id }]);
    }
    expect(await ledger.webhook.findMany()).toEqual(before);
  });

  test('is found from its own account', async () => {
    const { call } = await openTestApi();
    const { id } = await register(call, { accountId: 'acme' });
    for (const [method, action] of ROUTES) {
      const path = `/v1/webhooks/${id}${action}?accountId=acme`;
      const { status } = await call(method, path, bodyFor(method));
      expect([path, status]).toEqual([path, method === 'DELETE' ? 204 : 200]);
    }
  });

  test('is not found where there is none', async () => {
    const { call } = await openTestApi();
    const foreign = [newId('wh_', new Date()), newId('evt_', new Date()), 'wh_%00', 'x'];
    for (const [method, action] of ROUTES) {
      for (const id of [...foreign, 'x'.repeat(200)]) {
        const path = `/v1/webhooks/${id}${action}`;
        const { status, body } = await call(method, path, bodyFor(method));
        expect([path, status, body.code]).toEqual([path, 404, 'not_found']);
      }
    }
  });
});
