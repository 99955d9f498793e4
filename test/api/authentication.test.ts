import { expect, test } from 'vitest';
import { API_KEY, openTestApi } from './setup.js';

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
