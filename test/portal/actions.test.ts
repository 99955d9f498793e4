import { expect, test } from 'vitest';
import { heading, openPage } from '../dashboard/setup.js';
import { pollUntil } from '../support/poll.js';
import { openCustomer, press } from './setup.js';

test('what a customer does is done in the ledger and at the receiver', async () => {
  const customer = await openCustomer();
  const { posthorn, bad, broken, well, ledger } = customer;
  const { page, faults } = await openPage(customer, { path: await customer.link() });
  const dialog = page.getByRole('dialog');

  await press(page, 'Register a webhook');
  await page.getByLabel('URL').fill(`${well.url}/mine`);
  await page.getByLabel('Events').fill('invoice.*, invoice.paid');
  await dialog.getByRole('button', { name: 'Register' }).click();
  const secret = await page.getByText(/^whsec_/).textContent();
  expect(secret).toMatch(/^whsec_.{32,}$/);
  await press(page, 'Done');
  const [mine] = (await posthorn.webhooks.list({ accountId: 'umbrella' })).data;
  expect(mine).toMatchObject({ url: `${well.url}/mine`, tier: 'standard' });
  expect(mine?.eventTypes).toEqual(['invoice.*', 'invoice.paid']);

  await page.getByRole('link', { name: /mine$/ }).click();
  await heading(page, /mine$/);
  await press(page, 'Edit');
  await page.getByLabel('Description').fill('the books');
  await press(page, 'Save');
  await page.getByText('the books').waitFor();
  await page.getByRole('link', { name: 'All webhooks' }).click();

  await page.getByRole('link', { name: /broken$/ }).click();
  await heading(page, /broken$/);
  await page.getByText(/24 attempts in a row failed/).waitFor();
  await page.getByText(/will be deactivated in 36\d days/).waitFor();
  const before = broken.count();
  await press(page, 'Send a test');
  await dialog.getByRole('button').last().click();
  await pollUntil(broken.count, (count) => count === before + 1, { what: 'the test' });
  await page.keyboard.press('Escape');

  await press(page, 'New secret');
  await press(page, 'Make a new secret');
  await page.getByText(/^whsec_/).waitFor();
  await press(page, 'Done');
  expect(await ledger.webhook.findUnique({ where: { id: bad.id } })).toMatchObject({
    secrets: [{ expiresAt: null }, { expiresAt: expect.any(String) }],
  });

  await press(page, 'Deactivate');
  await page.getByLabel('Why').fill('it moves');
  await dialog.getByRole('button', { name: 'Deactivate' }).click();
  await page.getByText('Why: it moves').waitFor();
  await posthorn.enqueue({ type: 'expense.created', payload: 13, accountId: 'umbrella' });
  await press(page, 'Reactivate');
  await page.getByText('Nothing came while it was inactive.').waitFor();
  await dialog.getByRole('button', { name: 'Reactivate' }).click();
  await page.getByText('Failing', { exact: true }).waitFor();
  expect((await posthorn.webhooks.get(bad.id)).active).toBe(true);

  await press(page, 'Replay');
  await page.getByLabel('that came while it was inactive').check();
  await press(page, 'Begin');
  await press(page, 'Replays');
  await page.getByText('13 of 13').waitFor();
  expect((await posthorn.replays.list({ webhookId: bad.id })).data).toMatchObject([
    { statuses: ['exhausted', 'discarded', 'missed'], total: 13 },
  ]);

  await pollUntil(
    () => ledger.delivery.count({ where: { webhookId: bad.id, status: 'pending' } }),
    (pending) => pending === 0,
    { what: 'the end of what was replayed' },
  );
  await press(page, 'Deliveries');
  await page.getByLabel('State').selectOption('Failed');
  await page.getByText('Refused (503)').first().waitFor();
  const [latest] = (await posthorn.deliveries.list({ webhookId: bad.id, status: 'exhausted' }))
    .data;
  await page.getByRole('table').getByRole('link').first().click();
  await heading(page, 'expense.created');
  const attempts = (await posthorn.deliveries.get(latest?.id ?? '')).attempts.length;
  await press(page, 'Send again');
  await pollUntil(
    () => page.getByRole('list', { name: 'Attempts' }).getByRole('listitem').count(),
    (count) => count > attempts,
    { what: 'a further attempt' },
  );

  await page.getByRole('link', { name: 'Its webhook' }).click();
  await press(page, 'History');
  await page.getByText('Reactivated').waitFor();
  const history = await posthorn.webhooks.history(bad.id);
  expect(history.data.filter(({ actor }) => actor === 'portal').length).toBe(2);
  expect(faults).toEqual([]);

  await page.getByRole('link', { name: 'All webhooks' }).click();
  await page.getByRole('link', { name: /mine$/ }).click();
  await heading(page, /mine$/);
  await press(page, 'Delete');
  await press(page, 'Delete it');
  await heading(page, 'Webhooks');
  await expect(posthorn.webhooks.get(mine?.id ?? '')).rejects.toMatchObject({ code: 'not_found' });
});

test('a link for reading shows the same, and nothing to press that would change it', async () => {
  const customer = await openCustomer();
  const { page, faults } = await openPage(customer, {
    path: await customer.link({ readOnly: true }),
  });
  await page.getByRole('link', { name: /broken$/ }).click();
  await heading(page, /broken$/);
  await press(page, 'Deliveries');
  await page.getByRole('table').getByRole('link').first().click();
  await heading(page, 'expense.created');
  expect(await page.getByRole('button').count()).toBe(0);
  expect(faults).toEqual([]);
});
