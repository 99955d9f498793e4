import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { API_KEY, type ApiBundle, makeKey, openTestApi } from '../api/setup.js';
import { accessibilityFaults, startBrowser, watchFaults } from '../support/browser.js';
import { pollUntil } from '../support/poll.js';
import { type Receiver, startReceiver } from '../support/receiver.js';

let browser: Browser;

beforeAll(async () => {
  browser = await startBrowser();
});

afterAll(() => browser?.close());

/** A pipeline at work: one webhook that is well and one that fails, with deliveries of both. */
async function openPipeline() {
  const well = await startReceiver();
  const broken = await startReceiver({ respond: () => ({ status: 503, body: 'out of order' }) });
  onTestFinished(async () => {
    await Promise.all([well.close(), broken.close()]);
  });
  const api = await openTestApi({ retryAttempts: 2, retryBase: '10ms', breakerFailures: 1_000 });
  const { posthorn, ledger } = api;
  const register = async ({ url }: Receiver, path: string, accountId: string) =>
    (await posthorn.webhooks.register({ url: `${url}/${path}`, accountId })).webhook;
  const good = await register(well, 'well', 'acme');
  const bad = await register(broken, 'broken', 'umbrella');
  await posthorn.start(['worker', 'scheduler']);
  for (const accountId of ['acme', 'umbrella']) {
    await posthorn.enqueueMany(
      Array.from({ length: 12 }, (_, id) => ({
        type: 'expense.created',
        accountId,
        payload: { id },
      })),
    );
  }
  await pollUntil(
    () => ledger.delivery.count({ where: { status: 'pending' } }),
    (pending) => pending === 0,
    { what: 'the end of all deliveries' },
  );
  await posthorn.runJob('rollup');
  return { ...api, well, broken, good, bad };
}

/** A page of the browser's own, with nothing of other tests in it, and what it did wrong. */
async function openPage(
  { address }: Pick<ApiBundle, 'address'>,
  path = '/',
  colorScheme = 'light',
) {
  const context = await browser.newContext({
    baseURL: address,
    colorScheme: colorScheme as 'light' | 'dark',
    reducedMotion: 'reduce',
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const faults = await watchFaults(page);
  await page.goto(path);
  return { page, faults };
}

async function signIn(page: Page, key: string): Promise<void> {
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

async function openSignedIn(api: ApiBundle, path = '/', key = API_KEY, colorScheme = 'light') {
  const opened = await openPage(api, path, colorScheme);
  await signIn(opened.page, key);
  await opened.page.getByRole('button', { name: 'Sign out' }).waitFor();
  return opened;
}

const heading = (page: Page, name: string | RegExp) =>
  page.getByRole('heading', { level: 1, name }).waitFor();

describe('signing in', () => {
  test('is refused with a wrong key, and lasts over a reload with a right one, until signing out', async () => {
    const api = await openTestApi();
    const { page } = await openPage(api, '/keys');
    await signIn(page, 'nonsense');
    await page.getByRole('alert').filter({ hasText: 'the API key is not valid' }).waitFor();
    await signIn(page, API_KEY);
    await heading(page, 'API keys');
    await page.reload();
    await heading(page, 'API keys');
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' });
    expect(cookie?.value).not.toContain(API_KEY);
    expect(await page.evaluate('document.cookie')).toBe('');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('API key').waitFor();
    expect(await page.context().cookies()).toEqual([]);
  });

  test('ends when the session has, or its key is revoked', async () => {
    const api = await openTestApi();
    const { id, key } = await makeKey(api.call, { role: 'viewer' });
    const { page } = await openSignedIn(api, '/webhooks', key);
    await api.posthorn.keys.revoke(id);
    await page.getByLabel('API key').waitFor();
    await signIn(page, API_KEY);
    await heading(page, 'Webhooks');
    const [cookie] = await page.context().cookies();
    await page.context().addCookies([
      {
        ...cookie,
        name: 'posthorn_session',
        value: `${cookie?.value}A`,
        url: api.address,
        path: undefined,
        domain: undefined,
      } as never,
    ]);
    await page.reload();
    await page.getByLabel('API key').waitFor();
  });
});

describe('a session', () => {
  async function openSession(overrides = {}) {
    const api = await openTestApi(overrides);
    const begun = await api.call('POST', '/session', {
      json: { key: API_KEY },
      headers: { 'x-posthorn-dashboard': '1' },
    });
    const cookie = begun.headers.get('set-cookie')?.split(';')[0] ?? '';
    const ask = (method: string, path: string, headers: Record<string, string> = {}) =>
      fetch(`${api.address}${path}`, { method, headers: { cookie, ...headers } });
    return { ...api, begun, ask };
  }

  test('reads without more, and changes nothing from another site', async () => {
    const { ask, posthorn, begun } = await openSession();
    expect(begun.body).toMatchObject({ keyId: 'setting', role: 'admin', accountId: null });
    const { webhook } = await posthorn.webhooks.register({ url: 'https://hooks.example.com/' });
    const path = `/v1/webhooks/${webhook.id}`;
    expect((await ask('GET', path)).status).toBe(200);
    const fromElsewhere = { 'x-posthorn-dashboard': '1', 'sec-fetch-site': 'cross-site' };
    for (const headers of [{}, fromElsewhere]) {
      expect((await ask('DELETE', path, headers)).status).toBe(403);
      expect((await ask('DELETE', '/session', headers)).status).toBe(403);
    }
    expect((await ask('DELETE', path, { 'x-posthorn-dashboard': '1' })).status).toBe(204);
  });

  test('has an end', async () => {
    const { ask } = await openSession({ sessionLength: '1m' });
    const realNow = Date.now();
    expect(await (await ask('GET', '/session')).json()).toMatchObject({
      session: { role: 'admin' },
    });
    const { session } = (await (await ask('GET', '/session')).json()) as {
      session: { expiresAt: string };
    };
    expect(Math.abs(Date.parse(session.expiresAt) - realNow - 60_000)).toBeLessThan(30_000);
  });

  test('is nothing that was not sealed here', async () => {
    const { address, posthorn } = await openSession();
    const expiresAt = new Date(Date.now() + 60_000);
    const sealed = (contents: unknown) => posthorn.secretBox.seal(JSON.stringify(contents));
    const purpose = 'dashboard session';
    for (const value of [
      'nonsense',
      sealed('whsec_x'),
      sealed({ key: API_KEY, expiresAt }),
      sealed({ purpose, key: API_KEY, expiresAt: new Date(0) }),
    ]) {
      const headers = { cookie: `posthorn_session=${value}` };
      expect((await fetch(`${address}/v1/webhooks`, { headers })).status).toBe(401);
    }
    const headers = { cookie: `posthorn_session=${sealed({ purpose, key: API_KEY, expiresAt })}` };
    expect((await fetch(`${address}/v1/webhooks`, { headers })).status).toBe(200);
  });
});

describe.each(['light', 'dark'])('every page (%s)', (theme) => {
  test('shows what there is, is accessible, and breaks no policy', async () => {
    const api = await openPipeline();
    await api.posthorn.channels.create({
      name: 'ops',
      kind: 'slack',
      url: `${api.well.url}/slack`,
    });
    await api.posthorn.alerts.rules.create({
      name: 'many fail',
      accountId: 'umbrella',
      metric: 'exhaustedDeliveries',
      comparison: 'above',
      threshold: 0,
    });
    await api.posthorn.runJob('alerts');
    await makeKey(api.call, { role: 'viewer' });
    const { page, faults } = await openSignedIn(api, '/', API_KEY, theme);
    const delivery = (await api.posthorn.deliveries.list({ webhookId: api.bad.id })).data[0];
    const walk: readonly (readonly [string, string | RegExp, string])[] = [
      ['/', 'Overview', '12 failures'],
      ['/webhooks', 'Webhooks', 'umbrella'],
      [`/webhooks/${api.bad.id}`, /broken/, 'Failures by class'],
      ['/deliveries', 'Deliveries', 'exhausted'],
      [`/deliveries/${delivery?.id}`, 'Delivery', 'expense.created'],
      ['/zombies', 'Zombies', 'umbrella'],
      ['/alerts', 'Alerts', 'many fail'],
      ['/keys', 'API keys', 'viewer'],
    ];
    for (const [path, title, text] of walk) {
      await page.goto(path);
      await heading(page, title);
      if (path !== '/') await page.getByText(text).filter({ visible: true }).first().waitFor();
      expect([path, await accessibilityFaults(page)]).toEqual([path, []]);
      // Nothing is wider than the window of a phone.
      await page.setViewportSize({ width: 390, height: 844 });
      const { scrollWidth, clientWidth } = await page.evaluate<
        Record<'scrollWidth' | 'clientWidth', number>
      >(
        '({ scrollWidth: document.documentElement.scrollWidth, clientWidth: document.documentElement.clientWidth })',
      );
      expect([path, scrollWidth <= clientWidth]).toEqual([path, true]);
      await page.setViewportSize({ width: 1280, height: 800 });
      if (process.env.SCREENSHOTS) {
        await page.waitForTimeout(500);
        const name = path
          .split('/')
          .filter(Boolean)
          .map((part) => part.slice(0, 10))
          .join('-');
        await page.screenshot({
          path: `${process.env.SCREENSHOTS}/${theme}-${name || 'overview'}.png`,
          fullPage: true,
        });
      }
    }
    expect(faults).toEqual([]);
  });
});

test('what is done in the dashboard is done in the ledger and at the receiver', async () => {
  const api = await openPipeline();
  const { posthorn, good, bad, broken } = api;
  const { page, faults } = await openSignedIn(api, '/webhooks');

  await page.getByLabel('URL contains').fill('BROKEN');
  await page.getByRole('link', { name: /broken/ }).waitFor();
  await pollUntil(
    () => page.getByRole('link', { name: /\/well$/ }).count(),
    (count) => count === 0,
    {
      what: 'a list without the other webhook',
    },
  );
  await page.getByRole('link', { name: /broken/ }).click();
  await heading(page, /broken/);

  const before = broken.count();
  await page.getByRole('button', { name: 'Test' }).click();
  await page.getByRole('button', { name: 'Send it' }).click();
  await page.getByText('It did not answer well').waitFor();
  await page.getByText('out of order').waitFor();
  expect(broken.count()).toBe(before + 1);
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Rotate secret' }).click();
  await page.getByRole('button', { name: 'Make a new secret' }).click();
  await page.getByText(/^whsec_/).waitFor();
  await page.getByRole('button', { name: 'Done' }).click();

  await page.getByRole('button', { name: 'Deactivate' }).click();
  await page.getByLabel('Why').fill('it moves');
  await page.getByRole('dialog').getByRole('button', { name: 'Deactivate' }).click();
  await page.getByText('inactive, by its owner').waitFor();
  expect(await posthorn.webhooks.get(bad.id)).toMatchObject({
    active: false,
    deactivationDetail: 'it moves',
  });
  await page.getByRole('button', { name: 'Reactivate' }).click();
  await page.getByText('Nothing is owed to it.').waitFor();
  await page.getByRole('button', { name: 'Reactivate, and make what is owed' }).click();
  await page.getByText('failing', { exact: true }).waitFor();
  expect((await posthorn.webhooks.get(bad.id)).active).toBe(true);

  await page.getByRole('button', { name: 'Replay', exact: true }).click();
  await page.getByRole('button', { name: 'Begin' }).click();
  await page.getByRole('button', { name: 'Replays' }).click();
  await page.getByText('12 of 12').waitFor();
  await page.getByRole('button', { name: 'History' }).click();
  await page.getByText('webhook.reactivated').waitFor();

  const { data } = await posthorn.deliveries.list({ webhookId: good.id });
  await page.goto(`/deliveries/${data[0]?.id}`);
  await page.getByRole('button', { name: 'Retry now' }).click();
  await page.getByText('Attempt 2: ok').waitFor();

  await page.goto('/keys');
  await page.getByRole('button', { name: 'Make a key' }).click();
  await page.getByLabel('Name').fill('from the dashboard');
  await page.getByRole('button', { name: 'Make it' }).click();
  await page.getByText(/^phk_/).waitFor();
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('revoked', { exact: true }).waitFor();
  expect((await posthorn.keys.list()).data).toMatchObject([
    { name: 'from the dashboard', revokedAt: expect.any(Date) },
  ]);
  expect(faults).toEqual([]);
});

test('a role is shown what it may do, and a key of one account what is that account’s', async () => {
  const api = await openPipeline();
  const { key } = await makeKey(api.call, { role: 'viewer', accountId: 'acme' });
  const { page, faults } = await openSignedIn(api, '/webhooks', key);
  await page.getByText('viewer of acme').waitFor();
  await page.getByRole('link', { name: /\/well$/ }).waitFor();
  expect(await page.getByText('umbrella').count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Register a webhook' }).count()).toBe(0);
  expect(await page.getByRole('link', { name: 'API keys' }).count()).toBe(0);
  await page.getByRole('link', { name: /\/well$/ }).click();
  await heading(page, /well/);
  expect(await page.getByRole('button', { name: 'Deactivate' }).count()).toBe(0);
  expect(faults).toEqual([]);
  // Another account's webhook is not there, as if there were none.
  await page.goto(`/webhooks/${api.bad.id}`);
  await page.getByRole('alert').filter({ hasText: 'there is no webhook' }).waitFor();
});

test('its files are small, kept by the browser, and never found elsewhere', async () => {
  const { address } = await openTestApi();
  const document = await fetch(address);
  expect(document.headers.get('content-security-policy')).toContain("script-src 'self'");
  const html = await document.text();
  const files = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, file]) => file);
  expect(files.length).toBeGreaterThan(1);
  let bytes = 0;
  for (const file of files) {
    const response = await fetch(`${address}${file}`, { headers: { 'accept-encoding': 'br' } });
    expect(response.headers.get('cache-control')).toContain('immutable');
    expect(response.headers.get('content-encoding')).toBe('br');
    bytes += Number(response.headers.get('content-length'));
  }
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(250 * 1024);
  for (const path of ['/assets/..%2f..%2fapi%2fserver.js', '/assets/nothing.js', '/nothing']) {
    const response = await fetch(`${address}${path}`);
    expect([path, [401, 404].includes(response.status)]).toEqual([path, true]);
  }
});
