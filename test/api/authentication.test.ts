import { describe, expect, onTestFinished, test } from 'vitest';
import { createDatabase } from '../support/database.js';
import { startProxy } from './proxy.js';
import { API_KEY, bearing, makeKey, openTestApi } from './setup.js';

test('every route but those of health needs the key', async () => {
  const { call, ledger } = await openTestApi();
  const json = { url: 'https://hooks.example.com/' };
  for (const [method, path] of [
    ['POST', '/v1/webhooks'],
    ['GET', '/v1/webhooks'],
    ['GET', '/v1/deliveries'],
    ['POST', '/v1/events'],
    ['POST', '/v1/zombies/sweep'],
    ['GET', '/nowhere'],
  ] as const) {
    const headers = { authorization: '' };
    const body = method === 'POST' ? { json } : {};
    const answer = await call(method, path, { headers, ...body });
    expect([path, answer.status, answer.body.code]).toEqual([path, 401, 'unauthorized']);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  }
  expect(await ledger.webhook.count()).toBe(0);
});

test('a missing, a wrong and a misshapen key are all refused', async () => {
  const { call } = await openTestApi();
  for (const authorization of [
    '',
    'Bearer',
    'Bearer ',
    'Bearer wrong',
    `Bearer ${API_KEY}x`,
    `Bearer ${API_KEY.slice(0, -1)}`,
    `Bearer ${API_KEY} ${API_KEY}`,
    `Basic ${Buffer.from(`:${API_KEY}`).toString('base64')}`,
    API_KEY,
  ]) {
    const { status, body } = await call('GET', '/v1/webhooks', { headers: { authorization } });
    expect([authorization, status, body.code]).toEqual([authorization, 401, 'unauthorized']);
  }
});

test('the name of the scheme may be in any case', async () => {
  const { call } = await openTestApi();
  const headers = { authorization: `bearer ${API_KEY}` };
  expect((await call('GET', '/v1/webhooks', { headers })).status).toBe(200);
});

test('a body is not looked at without the key', async () => {
  const { call } = await openTestApi();
  const answer = await call('POST', '/v1/events', {
    headers: { authorization: '' },
    raw: '{"broken',
  });
  expect(answer.status).toBe(401);
});

describe('wrong keys', () => {
  const list = '/v1/webhooks';
  const wrong = bearing(`phk_${'A'.repeat(43)}`);

  test('are refused after ten within a minute, and so is the right one from there', async () => {
    const { call } = await openTestApi();
    for (let failure = 1; failure <= 10; failure += 1) {
      expect((await call('GET', list, { headers: wrong })).status).toBe(401);
    }
    for (const headers of [wrong, {}]) {
      const { status, body, headers: answered } = await call('GET', list, { headers });
      expect([status, body.code]).toEqual([429, 'too_many_failures']);
      const seconds = Number(answered.get('retry-after'));
      expect(seconds).toBeGreaterThan(30);
      expect(seconds).toBeLessThanOrEqual(60);
      expect(answered.get('content-type')).toMatch(/^application\/problem\+json/);
    }
    expect((await call('GET', '/healthz')).status).toBe(200);
  });

  test('do not shut out others behind the same address whose keys nobody can guess', async () => {
    const { call } = await openTestApi();
    const { key } = await makeKey(call, { role: 'viewer' });
    for (let n = 0; n < 12; n += 1) {
      await call('GET', '/v1/webhooks', { headers: bearing(`phk_${'x'.repeat(42)}${n % 10}`) });
    }
    expect((await call('GET', '/v1/webhooks', { headers: bearing('guessed') })).status).toBe(429);
    expect((await call('GET', '/v1/webhooks', { headers: bearing(key) })).status).toBe(200);
  });

  test('are not counted for requests without a key, nor for keys that are valid', async () => {
    const { call } = await openTestApi();
    const { key } = await makeKey(call, { role: 'producer' });
    for (let request = 1; request <= 12; request += 1) {
      expect((await call('GET', list, { headers: { authorization: '' } })).status).toBe(401);
      expect((await call('GET', list, { headers: bearing(key) })).status).toBe(403);
    }
    expect((await call('GET', list)).status).toBe(200);
  });

  test('are counted by the address that a trusted proxy names', async () => {
    const { call } = await openTestApi({ trustProxy: '127.0.0.0/8' });
    const from = (address: string) => ({ 'x-forwarded-for': address });
    for (let failure = 1; failure <= 11; failure += 1) {
      // What a client puts before the proxy's own entry is not believed.
      const headers = { ...wrong, ...from(`198.51.100.${failure}, 203.0.113.7`) };
      const { status } = await call('GET', list, { headers });
      expect([failure, status]).toEqual([failure, failure <= 10 ? 401 : 429]);
    }
    expect((await call('GET', list, { headers: from('203.0.113.7') })).status).toBe(429);
    expect((await call('GET', list, { headers: from('203.0.113.8') })).status).toBe(200);
    expect((await call('GET', list)).status).toBe(200);
  });

  test('are counted by the connection where no proxy is trusted', async () => {
    const { call } = await openTestApi();
    for (let failure = 1; failure <= 11; failure += 1) {
      const headers = { ...wrong, 'x-forwarded-for': `203.0.113.${failure}` };
      const { status } = await call('GET', list, { headers });
      expect([failure, status]).toEqual([failure, failure <= 10 ? 401 : 429]);
    }
  });

  test('are counted by the proxy where it names no address', async () => {
    const { call } = await openTestApi({ trustProxy: '127.0.0.0/8' });
    for (let failure = 1; failure <= 11; failure += 1) {
      const headers = { ...wrong, 'x-forwarded-for': `unknown-${failure}` };
      const { status } = await call('GET', list, { headers });
      expect([failure, status]).toEqual([failure, failure <= 10 ? 401 : 429]);
    }
  });
});

test('while PostgreSQL is away, the key of the setting works and so do keys just used', async () => {
  const database = await createDatabase();
  onTestFinished(() => database.drop());
  const proxy = await startProxy(database.url);
  onTestFinished(() => proxy.close());
  const { call } = await openTestApi({ databaseUrl: proxy.url });
  const used = await makeKey(call, { role: 'producer' });
  const unused = await makeKey(call, { role: 'producer' });
  const path = '/v1/webhooks'; // which a producer may not read, so that the ledger is not asked
  expect((await call('GET', path, { headers: bearing(used.key) })).status).toBe(403);
  proxy.cut();
  expect((await call('GET', path, { headers: bearing(used.key) })).status).toBe(403);
  const { status, body } = await call('GET', path, { headers: bearing(unused.key) });
  expect([status, body.code]).toEqual([503, 'ledger_unavailable']);
  const own = await call('GET', '/v1/nowhere');
  expect([own.status, own.body.code]).toEqual([404, 'route_not_found']);
});
