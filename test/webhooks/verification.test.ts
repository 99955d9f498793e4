import { expect, onTestFinished, test } from 'vitest';
import { createSecret } from '../../src/domain/signing-secret.js';
import { openTestApi } from '../api/setup.js';
import { type ScriptedResponse, startReceiver } from '../support/receiver.js';

/** An API and a receiver whose answers a test sets. */
async function setup() {
  const secret = createSecret();
  const answers: { next: (request: { body: string; method: string }) => ScriptedResponse } = {
    next: () => ({}),
  };
  const receiver = await startReceiver({ secret, respond: (request) => answers.next(request) });
  onTestFinished(() => receiver.close());
  const bundle = await openTestApi({ origin: 'hooks.example.com', timeout: '2s' });
  const register = (json: object) =>
    bundle.call('POST', '/v1/webhooks', { json: { url: receiver.url, secret, ...json } });
  return { ...bundle, receiver, answers, register, secret };
}

test('a ping is signed, and must get a 2xx: what came back is said, and nothing registered', async () => {
  const { call, receiver, answers, register } = await setup();
  answers.next = () => ({ status: 503 });
  const refused = await register({ verification: 'ping' });
  expect(refused.status).toBe(422);
  expect(refused.body).toMatchObject({
    code: 'verification_failed',
    detail: expect.stringContaining('by ping: it answered 503, and a 2xx was wanted'),
  });
  expect((await call('GET', '/v1/webhooks')).body.data).toEqual([]);

  answers.next = () => ({ status: 204 });
  const { status, body } = await register({ verification: 'ping' });
  expect(status).toBe(201);
  expect(body).toMatchObject({ verification: 'ping', verifiedAt: expect.any(String) });
  const [, ping] = receiver.requests;
  expect(ping).toMatchObject({ method: 'POST', verified: true });
  expect(ping?.json).toMatchObject({ type: 'webhook.ping', data: { webhookId: body.id } });

  // A changed URL is asked again; what does not pass changes nothing.
  answers.next = () => ({ status: 302 });
  const change = { json: { url: `${receiver.url}/other` } };
  expect((await call('PATCH', `/v1/webhooks/${body.id}`, change)).status).toBe(422);
  expect((await call('GET', `/v1/webhooks/${body.id}`)).body.url).toBe(body.url);
  answers.next = () => ({});
  const changed = await call('PATCH', `/v1/webhooks/${body.id}`, change);
  expect(changed.body.url).toBe(`${receiver.url}/other`);
  expect(receiver.requests.at(-1)).toMatchObject({ path: '/other', verified: true });
  const history = await call<{ data: { type: string; actor: string }[] }>(
    'GET',
    `/v1/webhooks/${body.id}/history`,
  );
  expect(history.body.data.map(({ type }) => type).toSorted()).toEqual([
    'webhook.registered',
    'webhook.url_changed',
    'webhook.verified',
    'webhook.verified',
  ]);
});

test('a handshake asks for consent, and takes over the rate that is allowed', async () => {
  const { receiver, answers, register } = await setup();
  const attempts: [ScriptedResponse['headers'], string | null][] = [
    [{}, 'without WebHook-Allowed-Origin'],
    [{ 'WebHook-Allowed-Origin': 'other.example.com' }, 'with WebHook-Allowed-Origin: \\"other'],
    [
      { 'WebHook-Allowed-Origin': '*', 'WebHook-Allowed-Rate': 'many' },
      'requests per minute, or *',
    ],
    [{ 'WebHook-Allowed-Origin': 'hooks.example.com', 'WebHook-Allowed-Rate': '120' }, null],
  ];
  for (const [headers, fault] of attempts) {
    answers.next = () => ({ ...(headers && { headers }) });
    const { status, body } = await register({ verification: 'handshake', rateLimit: 10 });
    if (fault === null) expect([status, body.rateLimit]).toEqual([201, 2]);
    else
      expect([status, JSON.stringify(body.detail)]).toEqual([422, expect.stringContaining(fault)]);
  }
  expect(receiver.requests[0]).toMatchObject({ method: 'OPTIONS', body: '' });
  expect(receiver.requests[0]?.headers).toMatchObject({
    'webhook-request-origin': 'hooks.example.com',
    'webhook-request-rate': '600',
  });
});

test('a challenge must be answered with its value', async () => {
  const { answers, register } = await setup();
  const challengeOf = (body: string) => JSON.parse(body).data.challenge as string;
  for (const [answer, passes] of [
    [() => 'ok', false],
    [(body: string) => challengeOf(body), true],
    [(body: string) => `{"challenge":"${challengeOf(body)}"}`, true],
  ] as const) {
    answers.next = ({ body }) => ({ body: answer(body) });
    expect((await register({ verification: 'challenge' })).status).toBe(passes ? 201 : 422);
  }
});

test('verification and tests go where deliveries may go, and nowhere else', async () => {
  const { call, receiver, register } = await setup();
  const { body } = await register({ verification: 'none' });
  expect(body.verifiedAt).toBeNull();
  const again = await call('POST', `/v1/webhooks/${body.id}/verify`);
  expect([again.status, again.body.detail]).toEqual([400, expect.stringContaining('so name ping')]);
  const named = await call('POST', `/v1/webhooks/${body.id}/verify`, { json: { method: 'ping' } });
  expect(named.body).toMatchObject({ verification: 'ping', verifiedAt: expect.any(String) });
  const closed = new URL(receiver.url);
  closed.port = '1';
  const dead = await register({ url: closed.href, verification: 'ping' });
  expect([dead.status, dead.body.detail]).toEqual([422, expect.stringContaining('ECONNREFUSED')]);
  const secret = await register({ secret: 'whsec_short' });
  expect([secret.status, secret.body.code]).toEqual([400, 'invalid_input']);
  expect((await register({ signatureScheme: 'v1a' })).status).toBe(400);
});

test('a test answers with the whole exchange, without the values of own headers, and changes no counter', async () => {
  const { call, answers, register, receiver } = await setup();
  const { body } = await register({ headers: { 'X-Token': 'very-secret' } });
  answers.next = () => ({ status: 418, headers: { 'x-pot': 'tea' }, body: 'short and stout' });
  const { status, body: exchange } = await call('POST', `/v1/webhooks/${body.id}/test`);
  expect(status).toBe(200);
  expect(exchange).toMatchObject({
    ok: false,
    request: {
      method: 'POST',
      url: `${receiver.url}/`,
      headers: { 'x-token': '…', 'webhook-signature': expect.stringContaining('v1,') },
      body: expect.stringContaining('"reason":"manual"'),
    },
    response: { statusCode: 418, headers: { 'x-pot': 'tea' }, body: 'short and stout' },
    error: { class: 'http_status', message: 'the endpoint answered 418' },
  });
  expect(receiver.requests[0]).toMatchObject({ verified: true });
  expect(receiver.requests[0]?.headers['x-token']).toBe('very-secret');
  expect((await call('GET', `/v1/webhooks/${body.id}`)).body).toMatchObject({
    failureCount: 0,
    consecutiveFailures: 0,
    lastFailure: null,
  });
});
