import { expect, test } from 'vitest';
import { makeKey } from '../api/setup.js';
import { pollUntil } from '../support/poll.js';
import { heading, openPipeline, shareBrowser } from './setup.js';

const { openSignedIn } = shareBrowser();

test('what is done in the dashboard is done in the ledger and at the receiver', async () => {
  const api = await openPipeline();
  const { posthorn, good, bad, broken } = api;
  const { page, faults } = await openSignedIn(api, { path: '/webhooks' });

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

  expect(faults).toEqual([]);
});

test('a role is shown what it may do, and a key of one account what is that account’s', async () => {
  const api = await openPipeline();
  const { key } = await makeKey(api.call, { role: 'viewer', accountId: 'acme' });
  const { page, faults } = await openSignedIn(api, { path: '/webhooks', key });
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
