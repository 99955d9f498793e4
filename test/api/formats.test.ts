import { readFile } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startReceiver } from '../support/receiver.js';
import { openTestApi, register, type WebhookBody } from './setup.js';

const TOKEN = { kind: 'raw', signatures: [{ header: 'X-Token', algorithm: 'token' }] };

/** The same with its defaults in place, as it is answered. */
const TOKEN_ANSWER = {
  kind: 'raw',
  headers: {},
  signatures: [{ header: 'X-Token', algorithm: 'token', value: '{secret}' }],
};

async function setup() {
  const receiver = await startReceiver();
  onTestFinished(() => receiver.close());
  const api = await openTestApi();
  const { call, posthorn } = api;
  const path = (accountId: string) => `/v1/accounts/${encodeURIComponent(accountId)}/format`;
  return {
    ...api,
    path,
    put: (accountId: string, format: unknown) => call('PUT', path(accountId), { json: { format } }),
    at: (name: string, input: object = {}) =>
      register(call, { url: `${receiver.url}/${name}`, accountId: 'acme', ...input }),
    /** Enqueues an event. @returns the bodies that arrived, by the name of the webhook */
    async deliver(accountId: string): Promise<Record<string, unknown>> {
      const before = receiver.count();
      const { deliveries } = await posthorn.enqueue({ type: 'a.b', payload: { n: 1 }, accountId });
      const requests = await receiver.waitForRequests(before + deliveries);
      return Object.fromEntries(
        requests.slice(before).map((request) => [request.path.slice(1), request.json]),
      );
    },
  };
}

/** The body of each format. */
const BODIES = {
  standard: expect.objectContaining({ type: 'a.b', data: { n: 1 } }),
  raw: { n: 1 },
  slack: { text: expect.stringContaining('*a.b*\n*n:* 1\n') },
  discord: expect.objectContaining({ allowed_mentions: { parse: [] } }),
};

test('the default of an account holds at once for every webhook that says nothing itself', async () => {
  const { call, posthorn, path, put, at, deliver } = await setup();
  expect((await call('GET', path('acme'))).body).toEqual({
    accountId: 'acme',
    format: null,
    updatedAt: null,
  });
  const first = await at('first');
  const own = await at('own', { format: { kind: 'discord' } });
  expect([first.format, own.format]).toEqual([null, { kind: 'discord' }]);
  // From here on the worker has the configurations in memory.
  await posthorn.start(['worker']);
  expect(await deliver('acme')).toEqual({ first: BODIES.standard, own: BODIES.discord });

  const { status, body } = await put('acme', { kind: 'slack' });
  expect([status, body]).toEqual([
    200,
    { accountId: 'acme', format: { kind: 'slack' }, updatedAt: expect.any(String) },
  ]);
  await at('later');
  expect(await deliver('acme')).toEqual({
    first: BODIES.slack,
    own: BODIES.discord,
    later: BODIES.slack,
  });
  expect((await call('GET', path('other'))).body.format).toBeNull();

  await put('acme', TOKEN);
  await call('PATCH', `/v1/webhooks/${own.id}`, { json: { format: null } });
  await call('PATCH', `/v1/webhooks/${first.id}`, { json: { format: { kind: 'standard' } } });
  expect((await call('GET', path('acme'))).body.format).toEqual(TOKEN_ANSWER);
  expect(await deliver('acme')).toEqual({
    first: BODIES.standard,
    own: BODIES.raw,
    later: BODIES.raw,
  });

  expect((await call('DELETE', path('acme'))).status).toBe(204);
  expect((await call('DELETE', path('acme'))).status).toBe(204);
  expect((await deliver('acme')).later).toEqual(BODIES.standard);

  // An account's id may hold whatever is printable, and an erasure takes its default along.
  const odd = 'a/b?c #%';
  await put(odd, TOKEN);
  expect((await call('GET', path(odd))).body).toMatchObject({
    accountId: odd,
    format: TOKEN_ANSWER,
  });
  await at('odd', { accountId: odd });
  expect(await deliver(odd)).toEqual({ odd: BODIES.raw });
  await posthorn.erasure.run(odd);
  expect((await call('GET', path(odd))).body.format).toBeNull();
  expect(await deliver(odd)).toEqual({ odd: BODIES.standard });
});

test('a secret of an existing system is taken as it is, and kept from formats that it does not fit', async () => {
  const { call, path, put, at } = await setup();
  const refused = await call('POST', '/v1/webhooks', {
    json: { url: 'https://x.example/', accountId: 'acme', secret: 'hush' },
  });
  expect([refused.status, refused.body.code]).toEqual([400, 'invalid_input']);
  expect(refused.body.detail).toContain('secret: the format signs with "whsec_" and base64');

  await put('acme', TOKEN);
  const { id, secret } = await at('hook', { secret: 'hush' });
  expect(secret).toBe('hush');
  const answers = [
    await call('DELETE', path('acme')),
    await put('acme', { kind: 'standard' }),
    await put('acme', {
      kind: 'raw',
      signatures: [{ header: 'x', algorithm: 'hmac-sha256', key: 'base64' }],
    }),
  ];
  for (const { status, body } of answers) {
    expect([status, body.code]).toEqual([409, 'conflict']);
    expect(body.detail).toContain('1 of the webhooks that follow');
    expect(body.hint).toContain('rotate their secrets');
  }
  const change = () =>
    call('PATCH', `/v1/webhooks/${id}`, { json: { format: { kind: 'standard' } } });
  expect((await change()).body.detail).toContain('format: it signs with whsec_ and base64');
  const keyPair = { json: { signatureScheme: 'v1a' } };
  const rotated = await call('POST', `/v1/webhooks/${id}/rotate-secret`, keyPair);
  expect(rotated.body.detail).toContain('signatureScheme: v1a has no secret that the format raw');

  await call('POST', `/v1/webhooks/${id}/rotate-secret`, { json: { overlap: '0s' } });
  expect((await change()).status).toBe(200);
  expect((await call('POST', `/v1/webhooks/${id}/rotate-secret`, keyPair)).status).toBe(200);
  const back = await call('PATCH', `/v1/webhooks/${id}`, { json: { format: TOKEN } });
  expect(back.body.detail).toContain('the webhook has a key pair (v1a)');
});

test('what does not fit is named with what does', async () => {
  const { call, put } = await setup();
  const refused = async (format: unknown) => {
    const json = { url: 'https://x.example/', format };
    const answer = await call<WebhookBody & { code: string }>('POST', '/v1/webhooks', { json });
    expect((await put('acme', format)).body.detail).toBe(answer.body.detail);
    return [answer.status, answer.body.code, answer.body.detail];
  };
  const validation = (detail: string) => [400, 'validation_failed', detail];
  const input = (detail: string) => [400, 'invalid_input', detail];
  expect(await refused('slack')).toEqual(validation('format must be an object'));
  expect(await refused({ kind: 'teams' })).toEqual(
    validation('format.kind must be one of standard, raw, slack, discord'),
  );
  expect(await refused({ kind: 'slack', headers: {} })).toEqual(
    validation('format.headers is not known here, only kind'),
  );
  const signatures = [{ header: 'x', algorithm: 'md5' }];
  expect(await refused({ kind: 'raw', signatures })).toEqual(
    validation(
      'format.signatures.0.algorithm must be one of hmac-sha256, hmac-sha1, hmac-sha512, token',
    ),
  );
  expect(await refused({ kind: 'raw', headers: { Host: 'x' } })).toEqual(
    input("format.headers: Host is set by Posthorn and can't be replaced"),
  );
  expect(await refused({ kind: 'raw', headers: { 'X-A': '{now}' } })).toEqual(
    input(
      'format.headers.X-A: {now} is not known here, only {id}, {type}, {timestamp}, {timestampMs}, {timestampIso}, {eventTime}, {webhookId}',
    ),
  );
});

test('each description of docs/formats.md is taken, and answered with its defaults in place', async () => {
  const { put } = await setup();
  const text = await readFile(new URL('../../docs/formats.md', import.meta.url), 'utf8');
  const blocks = [...text.matchAll(/^```json\n(.*?)^```/gms)].map(([, block = '']) =>
    JSON.parse(block),
  );
  const descriptions = blocks.filter(({ kind }) => kind !== undefined);
  expect(descriptions).toHaveLength(5);
  for (const format of descriptions) {
    const { status, body } = await put('acme', format);
    expect(status).toBe(200);
    expect(body.format).toMatchObject(format);
  }
});
