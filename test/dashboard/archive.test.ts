import { expect, onTestFinished, test } from 'vitest';
import { startApi } from '../../src/api/server.js';
import { createLogger } from '../../src/log.js';
import { API_KEY, makeKey, openTestApi } from '../api/setup.js';
import { DAY_MS, setup, temporaryFolder } from '../archive/setup.js';
import { accessibilityFaults } from '../support/browser.js';
import { heading, openSignedIn } from './setup.js';

/** Posthorn with its API, and a day that is past its retention. */
async function openArchive() {
  const bundle = await setup({ archive: await temporaryFolder() });
  const { posthorn, pass, liveADay } = bundle;
  await liveADay(5);
  pass(20 * DAY_MS);
  const api = await startApi({
    posthorn,
    log: createLogger('silent'),
    routes: 'all',
    apiKey: API_KEY,
    host: '127.0.0.1',
    port: 0,
  });
  onTestFinished(() => api.stop());
  return { ...bundle, address: api.address };
}

test('days are archived, verified and brought back, and an account is erased', async () => {
  const api = await openArchive();
  const { posthorn, ledger, pass } = api;
  const { page, faults } = await openSignedIn(api, { path: '/archive' });
  const dialog = page.getByRole('dialog');
  const work = (text: string | RegExp) => page.getByRole('row').filter({ hasText: text });
  const button = (name: string) => page.getByRole('button', { name, exact: true });

  await button('See what would leave').click();
  await work('See what would leave the tables').waitFor();
  await posthorn.runJob('tasks');
  await work(/partitions? would leave/).waitFor();
  expect(await ledger.event.count()).toBe(5);

  pass(1);
  await button('Archive now').click();
  await work('waiting').getByText('begins within some seconds').waitFor();
  await posthorn.runJob('tasks');
  await work(/3 partitions archived/).waitFor();
  expect(await ledger.event.count()).toBe(0);

  await page.reload();
  await page.getByRole('cell', { name: '2026-03-01' }).waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await work('2026-03-01').getByText('attempts, deliveries, events').click();
  await page.getByText(/2026\/03\/01\/events-\w+\.ndjson\.gz/).waitFor();
  await work('attempts, deliveries, events').getByRole('button', { name: 'Verify' }).click();
  await work('Verify 2026-03-01').waitFor();
  await posthorn.runJob('tasks');
  await work('3 files read back, all whole').waitFor();

  pass(1);
  await work('attempts, deliveries, events').getByRole('button', { name: 'Restore' }).click();
  await dialog.getByLabel('How long it stays').fill('for ever');
  await dialog.getByRole('button', { name: 'Bring it back' }).click();
  await dialog.getByText(/^not a duration up to 365d/).waitFor();
  await dialog.getByLabel('How long it stays').fill('2d');
  await dialog.getByRole('button', { name: 'Bring it back' }).click();
  await work('Restore 2026-03-01 for 2d').waitFor();
  await posthorn.runJob('tasks');
  await work('20 rows written back').waitFor();
  expect(await ledger.event.count()).toBe(5);

  pass(1);
  await button('Erase an account').click();
  await dialog.getByLabel('Account', { exact: true }).fill('default');
  await dialog.getByLabel('The account once more').fill('defaul');
  expect(await dialog.getByRole('button', { name: 'Erase for good' }).isDisabled()).toBe(true);
  await dialog.getByLabel('The account once more').fill('default');
  await dialog.getByRole('button', { name: 'Erase for good' }).click();
  await work('Erase default').waitFor();
  await posthorn.runJob('tasks');
  await work(/5 payloads, 10 answers/).waitFor();
  expect(await ledger.event.count({ where: { payload: 'null' } })).toBe(5);
  expect(faults).toEqual([expect.stringContaining('400')]);
});

test('a role is shown of the archive, keys, settings and queues what it may do', async () => {
  const api = await openTestApi();
  const shown: Record<string, readonly string[]> = {};
  for (const [role, accountId] of [
    ['viewer', undefined],
    ['operator', undefined],
    ['admin', 'acme'],
  ] as const) {
    const { key } = await makeKey(api.call, {
      role,
      ...(accountId === undefined ? {} : { accountId }),
    });
    const { page } = await openSignedIn(api, { path: '/', key });
    await heading(page, 'Overview');
    const main = page.getByRole('navigation', { name: 'Main' });
    const pages = await main.getByRole('link').allTextContents();
    const own = ['Archive', 'Queues', 'API keys', 'Settings'];
    shown[role] = pages.filter((name) => own.includes(name));
    if (!pages.includes('Archive')) continue;
    await main.getByRole('link', { name: 'Archive' }).click();
    await page.getByText('The archive runs by itself').waitFor();
    expect([role, await page.getByRole('button', { name: 'Archive now' }).count()]).toEqual([
      role,
      role === 'operator' ? 1 : 0,
    ]);
    expect(await page.getByRole('button', { name: 'Erase an account' }).count()).toBe(0);
  }
  expect(shown).toEqual({
    viewer: ['Archive', 'Queues'],
    operator: ['Archive', 'Queues', 'Settings'],
    admin: ['API keys'],
  });
});
