import { expect, test } from 'vitest';
import { openTestApi } from '../api/setup.js';
import { openSignedIn } from './setup.js';

test('a key is made and revoked', async () => {
  const api = await openTestApi();
  const { posthorn } = api;
  const { page, faults } = await openSignedIn(api, { path: '/keys' });
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
