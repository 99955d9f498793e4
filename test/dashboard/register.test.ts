import { expect, test } from 'vitest';
import { openTestApi } from '../api/setup.js';
import { heading, openSignedIn } from './setup.js';

test('a webhook is registered in the format of what is pasted, or as it is described', async () => {
  const api = await openTestApi();
  const { page, faults } = await openSignedIn(api, { path: '/webhooks' });
  const newest = async () => (await api.posthorn.webhooks.list({ limit: 1 })).data[0];

  await page.getByRole('button', { name: 'Register a webhook' }).click();
  await page.getByLabel('URL', { exact: true }).fill('https://hooks.slack.com/services/T0/B0/x');
  expect(await page.getByLabel('Format').inputValue()).toBe('slack');
  await page.getByRole('button', { name: 'Register', exact: true }).click();
  await page.getByText(/^whsec_/).waitFor();
  expect((await newest())?.format).toEqual({ kind: 'slack' });
  await page.getByRole('button', { name: 'Done' }).click();

  await page.getByRole('button', { name: 'Register a webhook' }).click();
  await page.getByLabel('URL', { exact: true }).fill('https://shop.example.com/hook');
  expect(await page.getByLabel('Format').inputValue()).toBe('');
  await page.getByLabel('Format').selectOption('raw');
  const description = page.getByLabel('Headers and signatures');
  const given = await description.inputValue();
  await description.fill('{');
  await page.getByRole('button', { name: 'Register', exact: true }).click();
  await page.getByRole('alert').filter({ hasText: 'not JSON' }).waitFor();
  await description.fill(given.replace('X-Event', 'Host'));
  await page.getByRole('button', { name: 'Register', exact: true }).click();
  await page.getByRole('alert').filter({ hasText: 'Host is set by Posthorn' }).waitFor();
  await description.fill(given);
  await page.getByRole('button', { name: 'Register', exact: true }).click();
  await page.getByText(/^whsec_/).waitFor();
  expect((await newest())?.format).toMatchObject({ kind: 'raw', ...JSON.parse(given) });
  await page.getByRole('button', { name: 'Done' }).click();

  await page.getByRole('link', { name: /shop/ }).click();
  await heading(page, /shop/);
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByText('the payload alone, signed by X-Hub-Signature-256').waitFor();
  // One that has none of its own is shown with that of its account.
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('Format', { exact: true }).selectOption('');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Standard Webhooks, as its account’s are').waitFor();
  await page.getByRole('link', { name: 'Webhooks' }).click();
  await page.getByRole('button', { name: 'Default format' }).click();
  await page.getByText('because it has no default').waitFor();
  await page.getByLabel('Format', { exact: true }).selectOption('raw');
  await page.getByLabel('Headers and signatures').fill('{"headers": {"X-A": "{now}"}}');
  await page.getByRole('button', { name: 'Set the default' }).click();
  await page.getByRole('alert').filter({ hasText: 'headers.X-A: {now} is not known' }).waitFor();
  await page.getByLabel('Format', { exact: true }).selectOption('discord');
  await page.getByRole('button', { name: 'Set the default' }).click();
  await page.getByRole('status').filter({ hasText: 'messages for Discord' }).waitFor();
  expect((await api.posthorn.formats.get()).format).toEqual({ kind: 'discord' });
  await page.getByRole('dialog').getByLabel('Account').fill('acme');
  await page.getByRole('status').filter({ hasText: 'acme' }).waitFor();
  await page.getByRole('dialog').getByLabel('Account').fill('');
  await page.getByRole('button', { name: 'Remove the default' }).click();
  await page.getByText('because it has no default').waitFor();
  expect((await api.posthorn.formats.get()).format).toBeNull();
  // Those that were refused are told of by the browser itself.
  expect(faults.filter((fault) => !fault.includes('400'))).toEqual([]);
});
