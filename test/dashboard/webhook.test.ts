import { expect, test } from 'vitest';
import { makeKey } from '../api/setup.js';
import { pollUntil } from '../support/poll.js';
import { heading, openPipeline, openSignedIn } from './setup.js';

test('what is done in the dashboard is done in the ledger and at the receiver', async () => {
  const api = await openPipeline();
  const { posthorn, good, bad, well, broken } = api;
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

  await page.goto(`/webhooks/${good.id}?view=Attempts`);
  await page.getByRole('link', { name: '1 of its delivery' }).first().click();
  await heading(page, 'Delivery');
  await page.getByRole('button', { name: 'Retry now' }).click();
  await page.getByText('Attempt 2: ok').waitFor();
  await page.getByRole('button', { name: 'Request and answer' }).last().click();
  const signature = well.requests.at(-1)?.headers['webhook-signature'];
  await page
    .getByLabel(/^Request of attempt 2/)
    .getByText(String(signature))
    .waitFor();

  expect(faults).toEqual([]);
});

test('a webhook is configured, and deleted', async () => {
  const api = await openPipeline();
  const { posthorn, good, well } = api;
  const { page, faults } = await openSignedIn(api, { path: `/webhooks/${good.id}?view=Settings` });
  await posthorn.webhooks.rotateSecret(good.id, { overlapMs: 3_600_000 });
  await page.getByRole('cell', { name: /in (1 hour|5\d minutes)/ }).waitFor();

  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('Description').fill('the books');
  await page.getByLabel('Tier').selectOption('critical');
  await page.getByLabel('Headers').fill('x-team: books');
  await page.getByLabel('Policy of its own').fill('zombieAfter: 30d\nretryAttempts: many');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').filter({ hasText: 'retryAttempts' }).waitFor();
  await page.getByLabel('Policy of its own').fill('zombieAfter: 30d\nretryAttempts: 8');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('zombieAfter 30d, retryAttempts 8').waitFor();
  expect(await posthorn.webhooks.get(good.id)).toMatchObject({
    description: 'the books',
    tier: 'critical',
    headers: { 'x-team': 'books' },
    overrides: { zombieAfter: '30d', retryAttempts: 8 },
    url: good.url,
  });

  const before = well.count();
  await page.getByRole('button', { name: 'Verify again' }).click();
  await page.getByRole('button', { name: 'Verify now' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(well.requests[before]).toMatchObject({ headers: { 'x-team': 'books' } });

  // A replay that is too slow to end is cancelled.
  const { replay } = await posthorn.replays.start(good.id, {
    from: new Date(Date.now() - 3_600_000),
    statuses: ['delivered'],
    rate: 0.1,
  });
  await page.getByRole('button', { name: 'Replays' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('cancelled').waitFor();
  expect((await posthorn.replays.get(replay.id)).status).toBe('cancelled');

  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Delete the webhook' }).click();
  const last = page.getByRole('button', { name: 'Delete for good' });
  expect(await last.isDisabled()).toBe(true);
  await page.getByLabel('To confirm').fill('acme');
  await last.click();
  await heading(page, 'Webhooks');
  await page.getByRole('link', { name: /broken/ }).waitFor();
  expect(await page.getByRole('link', { name: /well/ }).count()).toBe(0);
  await expect(posthorn.webhooks.get(good.id)).rejects.toThrow('there is no webhook');
  expect(faults).toEqual([expect.stringContaining('status of 400')]);
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
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByText('Secrets that sign').waitFor();
  expect(await page.getByRole('button', { name: /Edit|Delete|Verify/ }).count()).toBe(0);
  await page.getByRole('link', { name: 'Deliveries' }).click();
  await heading(page, 'Deliveries');
  expect(await page.getByRole('checkbox').count()).toBe(0);
  expect(faults).toEqual([]);
  // Another account's webhook is not there, as if there were none.
  await page.goto(`/webhooks/${api.bad.id}`);
  await page.getByRole('alert').filter({ hasText: 'there is no webhook' }).waitFor();
});
