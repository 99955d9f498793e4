import { expect, test } from 'vitest';
import { openTestApi, register } from '../api/setup.js';
import { heading, openPage } from '../dashboard/setup.js';

/** Two accounts with a webhook each, and links to them. */
async function openAccounts() {
  const api = await openTestApi();
  const mine = await register(api.call, {
    accountId: 'acme',
    url: 'https://hooks.example.com/mine',
  });
  const other = await register(api.call, {
    accountId: 'other',
    url: 'https://hooks.example.com/x',
  });
  const link = async (input: object = {}) =>
    (
      await api.posthorn.portal.createLink(
        { accountId: 'acme', ...input },
        { baseUrl: api.address },
      )
    ).url;
  return { ...api, mine, other, link };
}

const CLOSED = 'This page has closed';

test('a link is taken out of the address, opens its account alone, and lasts over a reload', async () => {
  const accounts = await openAccounts();
  const { page, faults } = await openPage(accounts, { path: await accounts.link() });
  await page.getByRole('link', { name: /mine$/ }).waitFor();
  expect(await page.getByRole('link', { name: /hooks/ }).count()).toBe(1);
  expect(page.url()).not.toContain('phl_');
  expect(await page.context().cookies()).toEqual([]);
  await page.reload();
  await page.getByRole('link', { name: /mine$/ }).click();
  await heading(page, /mine$/);
  expect(faults).toEqual([]);
  // Another account's webhook is not there, as if there were none.
  await page.evaluate(`location.hash = '#/webhooks/${accounts.other.id}'`);
  await page.getByRole('alert').filter({ hasText: 'there is no webhook' }).waitFor();
  // The session is the tab's: another one has none.
  const next = await page.context().newPage();
  await next.goto(`${accounts.address}/portal`);
  await heading(next, CLOSED);
});

test('another link in the same tab opens its own account, and nothing of the one before stays', async () => {
  const accounts = await openAccounts();
  const { page } = await openPage(accounts, { path: await accounts.link() });
  await page.getByRole('link', { name: /mine$/ }).waitFor();
  await page.goto(await accounts.link({ accountId: 'other' }));
  await page.getByRole('link', { name: /x$/ }).waitFor();
  expect(await page.getByRole('link', { name: /mine$/ }).count()).toBe(0);
});

test('a link that was changed opens nothing, also where another was open before', async () => {
  const accounts = await openAccounts();
  const { page } = await openPage(accounts, { path: await accounts.link() });
  await page.getByRole('link', { name: /mine$/ }).waitFor();
  await page.goto(`${(await accounts.link()).slice(0, -4)}AAAA`);
  await heading(page, CLOSED);
  await page.reload();
  await heading(page, CLOSED);
});

test('the page closes when access is ended, and leads back to where it was opened', async () => {
  const accounts = await openAccounts();
  const { page } = await openPage(accounts, {
    path: await accounts.link({ returnUrl: 'https://app.example.com/settings' }),
  });
  await page.getByRole('link', { name: /mine$/ }).waitFor();
  await accounts.posthorn.portal.revoke('acme');
  await heading(page, CLOSED);
  const back = page.getByRole('link', { name: 'Back to app.example.com' });
  expect(await back.getAttribute('href')).toBe('https://app.example.com/settings');
  await page.reload();
  await heading(page, CLOSED);
});
