import { describe, expect, test } from 'vitest';
import { API_KEY, makeKey, openTestApi } from '../api/setup.js';
import { heading, openPage, openSignedIn, signIn } from './setup.js';

describe('signing in', () => {
  test('is refused with a wrong key, and lasts over a reload with a right one, until signing out', async () => {
    const api = await openTestApi();
    const { page } = await openPage(api, { path: '/keys' });
    await signIn(page, 'nonsense');
    await page.getByRole('alert').getByText('the API key is not valid', { exact: true }).waitFor();
    await page.getByText('keys.json').waitFor();
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
    const { page } = await openSignedIn(api, { path: '/webhooks', key });
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
    const sealed = (contents: unknown, purpose?: string) =>
      posthorn.secretBox.seal(JSON.stringify(contents), purpose);
    const purpose = 'dashboard session';
    for (const value of [
      'nonsense',
      sealed('whsec_x', purpose),
      sealed({ key: API_KEY, expiresAt }),
      sealed({ purpose, key: API_KEY, expiresAt }),
      sealed({ key: API_KEY, expiresAt: new Date(0) }, purpose),
    ]) {
      const headers = { cookie: `posthorn_session=${value}` };
      expect((await fetch(`${address}/v1/webhooks`, { headers })).status).toBe(401);
    }
    const headers = { cookie: `posthorn_session=${sealed({ key: API_KEY, expiresAt }, purpose)}` };
    expect((await fetch(`${address}/v1/webhooks`, { headers })).status).toBe(200);
  });
});
