import { expect, test } from 'vitest';
import { createPosthorn } from '../../src/posthorn.js';
import { bearing, makeKey, openTestApi } from '../api/setup.js';
import { openTestPosthorn } from '../support/posthorn.js';

/** The token of a link. */
const tokenOf = ({ url }: { readonly url: string }) => new URL(url).hash.slice(1);

/** A clock that a test sets forward. */
function movableClock() {
  let aheadMs = 0;
  return {
    clock: () => new Date(Date.now() + aheadMs),
    forward: (ms: number) => {
      aheadMs += ms;
    },
  };
}

/** Posthorn with its API, and what a customer at the portal sends. */
async function openPortal(overrides = {}, dependencies = {}) {
  const api = await openTestApi(overrides, dependencies);
  const { call, posthorn } = api;
  const makeLink = (json: object, key?: string) =>
    call<{ url: string; expiresAt: string; detail: string; errors: { field: string }[] }>(
      'POST',
      '/v1/portal-links',
      { json, ...(key === undefined ? {} : { headers: bearing(key) }) },
    );
  /** Exchanges a link as the page does: without a key. */
  const begin = (link: string) =>
    call<{ token: string; [field: string]: unknown }>('POST', '/portal/session', {
      json: { link },
      headers: { authorization: '' },
    });
  const asCustomer = async (accountId: string, options = {}) => {
    const session = await posthorn.portal.begin(
      tokenOf(await posthorn.portal.createLink({ accountId, ...options })),
    );
    const headers = bearing(session?.token ?? '');
    return {
      token: session?.token ?? '',
      ask: (method: string, path: string, json?: object) =>
        call(method, path, { headers, ...(json === undefined ? {} : { json }) }),
    };
  };
  return { ...api, makeLink, begin, asCustomer };
}

test('a link is made by a request, opens one account as often as it is used, and keeps its secret from servers', async () => {
  const { makeLink, begin, call, address } = await openPortal();
  const { status, body } = await makeLink({
    accountId: 'acme',
    returnUrl: 'https://app.example.com/settings',
    theme: 'dark',
    accent: '#0a7f5a',
  });
  expect(status).toBe(201);
  const url = new URL(body.url);
  expect([url.origin, url.pathname, url.search]).toEqual([address, '/portal', '']);
  const left = Date.parse(body.expiresAt) - Date.now();
  expect(left).toBeGreaterThan(4 * 60_000);
  expect(left).toBeLessThanOrEqual(5 * 60_000);
  for (let use = 0; use < 2; use += 1) {
    const session = await begin(tokenOf(body));
    expect(session.status).toBe(201);
    expect(session.body).toMatchObject({
      accountId: 'acme',
      role: 'customer',
      returnUrl: 'https://app.example.com/settings',
      theme: 'dark',
      accent: '#0a7f5a',
      origins: [],
    });
    const seen = await call('GET', '/v1/webhooks', {
      headers: bearing(session.body.token),
    });
    expect(seen.status).toBe(200);
  }
});

test('a link names an account, and fits in its other fields, or is none', async () => {
  const { makeLink, call } = await openPortal();
  for (const [input, field] of [
    [{}, 'accountId'],
    [{ accountId: 'a\nb' }, 'accountId'],
    [{ accountId: 'acme', expiresIn: '1s' }, 'expiresIn'],
    [{ accountId: 'acme', expiresIn: '2d' }, 'expiresIn'],
    [{ accountId: 'acme', expiresIn: 'soon' }, 'expiresIn'],
    [{ accountId: 'acme', returnUrl: 'javascript:alert(1)' }, 'returnUrl'],
    [{ accountId: 'acme', theme: 'blue' }, 'theme'],
    [{ accountId: 'acme', accent: 'red;x:y' }, 'accent'],
    [{ accountId: 'acme', nonsense: 1 }, 'nonsense'],
  ] as const) {
    const { status, body } = await makeLink(input);
    expect([input, status, body.errors?.map((fault) => fault.field)]).toEqual([
      input,
      400,
      [field],
    ]);
  }
  const { key } = await makeKey(call, { role: 'operator', accountId: 'acme' });
  expect((await makeLink({}, key)).status).toBe(201);
  expect((await makeLink({ accountId: 'other' }, key)).status).toBe(403);
});

test('a link and a session end, each in its time', async () => {
  const { clock, forward } = movableClock();
  const { makeLink, begin, call } = await openPortal({ portalSessionLength: '10m' }, { clock });
  const { body: link } = await makeLink({ accountId: 'acme', expiresIn: '30s' });
  const { body: session } = await begin(tokenOf(link));
  const ask = () => call('GET', '/v1/webhooks', { headers: bearing(session.token) });
  forward(31_000);
  expect(await begin(tokenOf(link))).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
  expect((await ask()).status).toBe(200);
  forward(10 * 60_000);
  const ended = await ask();
  expect(ended).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
  expect(ended.body.detail).toContain('session at the portal has ended');
});

test('neither passes for the other, nor does what was changed, or sealed for something else', async () => {
  const { posthorn, ledger, begin, call, makeLink, asCustomer } = await openPortal();
  const link = tokenOf((await makeLink({ accountId: 'acme' })).body);
  const { token } = await asCustomer('acme');
  const changed = `${link.slice(0, -3)}${link.endsWith('AAA') ? 'BBB' : 'AAA'}`;
  const { secretBox, webhooks } = posthorn;
  const forged = secretBox.seal(JSON.stringify({ accountId: 'b' }), 'dashboard session');
  // A customer words a secret, and has somehow read how the ledger keeps it.
  const { webhook } = await webhooks.register({
    url: 'https://a.example',
    format: { kind: 'slack' },
  });
  const grant = { accountId: 'b', role: 'admin', generation: 0, keyHash: null, look: {} };
  const lasting = { ...grant, expiresAt: '2999-01-01' };
  const secret = JSON.stringify({ purpose: 'portal session', grant: lasting, ...lasting });
  await webhooks.rotateSecret(webhook.id, { secret });
  const row = await ledger.webhook.findUniqueOrThrow({ where: { id: webhook.id } });
  const [kept] = row.secrets as unknown as { sealed: string }[];
  for (const text of [token, changed, `phl_${forged}`, 'phl_', '', 'nonsense']) {
    expect([text, (await begin(text)).status]).toEqual([text, 401]);
  }
  for (const text of [
    link,
    `phs_${link.slice(4)}`,
    `${token.slice(0, -3)}${token.endsWith('AAA') ? 'BBB' : 'AAA'}`,
    `phs_${forged}`,
    `phs_${kept?.sealed}`,
  ]) {
    const { status } = await call('GET', '/v1/webhooks', { headers: bearing(text) });
    expect([text, status]).toEqual([text, 401]);
  }
});

test('sessions that have ended lock nobody out', async () => {
  const { call } = await openPortal();
  for (let each = 0; each < 12; each += 1) {
    const { status } = await call('GET', '/v1/webhooks', { headers: bearing('phs_v1.a.b.c.d') });
    expect(status).toBe(401);
  }
  expect((await call('GET', '/v1/webhooks')).status).toBe(200);
});

test('a link and its sessions end with the key that made it', async () => {
  const { makeLink, begin, call, posthorn } = await openPortal();
  const { id, key } = await makeKey(call, { role: 'operator' });
  const link = tokenOf((await makeLink({ accountId: 'acme' }, key)).body);
  const { body: session } = await begin(link);
  const ask = () => call('GET', '/v1/webhooks', { headers: bearing(session.token) });
  expect((await ask()).status).toBe(200);
  await posthorn.keys.revoke(id);
  expect([(await ask()).status, (await begin(link)).status]).toEqual([401, 401]);
});

test('all of an account’s access can be ended, in every process, and begins anew with the next link', async () => {
  const { posthorn, begin, call, makeLink, asCustomer, options } = await openPortal();
  const link = tokenOf((await makeLink({ accountId: 'acme' })).body);
  const { ask } = await asCustomer('acme');
  const { ask: askOther } = await asCustomer('umbrella');
  expect((await ask('GET', '/v1/webhooks')).status).toBe(200);
  const json = { accountId: 'acme' };
  expect((await call('POST', '/v1/portal-links/revoke', { json })).status).toBe(204);
  expect((await ask('GET', '/v1/webhooks')).status).toBe(401);
  expect((await begin(link)).status).toBe(401);
  expect((await askOther('GET', '/v1/webhooks')).status).toBe(200);
  // Another process makes a link, which is good where the revocation is known and where it is not yet.
  const other = await createPosthorn(options);
  try {
    const next = tokenOf(await other.portal.createLink({ accountId: 'acme' }));
    expect((await begin(next)).status).toBe(201);
    await other.portal.revoke('acme');
    const last = tokenOf(await other.portal.createLink({ accountId: 'acme' }));
    expect(await posthorn.portal.begin(last)).toBeDefined();
  } finally {
    await other.stop();
  }
});

test('links outlive a replaced secret key as long as it still opens', async () => {
  const { posthorn, options } = await openTestPosthorn({ publicUrl: 'https://hooks.example.com/' });
  const { url } = await posthorn.portal.createLink({ accountId: 'acme' });
  expect(url.startsWith('https://hooks.example.com/portal#phl_')).toBe(true);
  const secretKey = Buffer.alloc(32, 7).toString('base64');
  const former = String(options.secretKey);
  for (const [formerSecretKeys, good] of [
    [former, true],
    ['', false],
  ] as const) {
    const next = await createPosthorn({ ...options, secretKey, formerSecretKeys });
    expect((await next.portal.begin(tokenOf({ url }))) !== undefined).toBe(good);
    await next.stop();
  }
});

test('a customer sets what is sent and where to, and nothing of how it is treated', async () => {
  const { asCustomer, posthorn } = await openPortal();
  const { ask } = await asCustomer('acme');
  const url = 'https://hooks.example.com/a';
  const { status, body: webhook } = await ask('POST', '/v1/webhooks', {
    url,
    eventTypes: ['expense.*'],
    description: 'the books',
  });
  expect(status).toBe(201);
  for (const [field, value] of Object.entries({
    tier: 'critical',
    maxInFlight: 10_000,
    rateLimit: null,
    overrides: { zombieAfter: '3650d' },
    headers: { 'x-a': 'b' },
    verification: 'none',
    format: { kind: 'standard' },
  })) {
    for (const [method, path] of [
      ['POST', '/v1/webhooks'],
      ['PATCH', `/v1/webhooks/${webhook.id}`],
    ] as const) {
      const refused = await ask(method, path, { url, [field]: value });
      expect([field, refused.status, refused.body.code]).toEqual([field, 403, 'forbidden']);
      expect(refused.body.detail).toContain(field);
    }
  }
  expect((await ask('POST', '/v1/webhooks', { url, operational: true })).status).toBe(403);
  // Whoever pastes the URL of a chat may say that it is one.
  for (const format of [{ kind: 'slack' }, null]) {
    const pasted = await ask('PATCH', `/v1/webhooks/${webhook.id}`, { format });
    expect(pasted).toMatchObject({ status: 200, body: { format } });
  }
  const skipped = await ask('POST', `/v1/webhooks/${webhook.id}/verify`, { method: 'none' });
  expect(skipped.status).toBe(403);
  const changed = await ask('PATCH', `/v1/webhooks/${webhook.id}`, { description: 'mine' });
  expect(changed).toMatchObject({ status: 200, body: { description: 'mine', tier: 'standard' } });
  expect((await posthorn.webhooks.list({ accountId: 'acme' })).data).toHaveLength(1);
  await ask('POST', `/v1/webhooks/${webhook.id}/deactivate`, {});
  const history = await posthorn.webhooks.history(String(webhook.id));
  expect(history.data.map(({ actor }) => actor)).toEqual(['portal', 'portal']);
});

test('a customer’s new URL is verified as a new webhook’s is, also where nobody verified the former', async () => {
  const { asCustomer, posthorn } = await openPortal({ verification: 'ping', timeout: '1s' });
  const { webhook } = await posthorn.webhooks.register({
    url: 'https://hooks.example.com/a',
    accountId: 'acme',
    verification: 'none',
  });
  const { ask } = await asCustomer('acme');
  const refused = await ask('PATCH', `/v1/webhooks/${webhook.id}`, { url: 'http://127.0.0.1:9/b' });
  expect(refused).toMatchObject({ status: 422, body: { code: 'verification_failed' } });
  expect((await posthorn.webhooks.get(webhook.id)).url).toBe('https://hooks.example.com/a');
});

test('customers register webhooks up to a number, also all at once', async () => {
  const { asCustomer, ledger, posthorn } = await openPortal({ portalWebhooks: '3' });
  const { ask } = await asCustomer('acme');
  const url = 'https://hooks.example.com/a';
  await posthorn.webhooks.register({ url, accountId: 'umbrella' });
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => ask('POST', '/v1/webhooks', { url })),
  );
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 201, 201, 409, 409, 409]);
  expect(await ledger.webhook.count({ where: { accountId: 'acme' } })).toBe(3);
  // Whoever runs Posthorn may register more.
  await posthorn.webhooks.register({ url, accountId: 'acme' });
});
