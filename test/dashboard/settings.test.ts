import { expect, test } from 'vitest';
import { VERSION } from '../../src/version.js';
import { openTestApi } from '../api/setup.js';
import { openSignedIn } from './setup.js';

test('settings are found by a word, and no secret is among them', async () => {
  const api = await openTestApi({ timeout: '7s' });
  const { page, faults } = await openSignedIn(api, { path: '/settings' });
  await page.getByText(VERSION, { exact: true }).first().waitFor();
  await page.getByText('20261123000000_ledger').waitFor();
  await page.getByLabel('Search').fill('wall-clock');
  await page
    .getByRole('row', { name: /POSTHORN_TIMEOUT timeout, duration 7s given 15s/ })
    .waitFor();
  await page.getByText('1 setting', { exact: true }).waitFor();
  await page.getByLabel('Search').fill('secret_key');
  await page.getByRole('row', { name: /^POSTHORN_SECRET_KEY secretKey set none/ }).waitFor();
  expect(await page.content()).not.toContain(String(api.options.secretKey));
  await page.getByLabel('Search').fill('');
  await page.getByLabel('Only those that are given').check();
  await page.getByText('POSTHORN_RETRY_BASE', { exact: true }).waitFor({ state: 'detached' });
  expect(faults).toEqual([]);
});
