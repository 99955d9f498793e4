import { expect, onTestFinished, test } from 'vitest';
import { makeIncident, makeKey, openTestApi } from '../api/setup.js';
import { accessibilityFaults } from '../support/browser.js';
import { startMailServer } from '../support/mail-server.js';
import { startReceiver } from '../support/receiver.js';
import { heading, openPipeline, openSignedIn } from './setup.js';

test('a rule is tried on the past before it is made, changed and deleted', async () => {
  const api = await openPipeline();
  const { rules } = api.posthorn.alerts;
  const { page, faults } = await openSignedIn(api, { path: '/alerts' });
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: 'Make a rule' }).click();
  await dialog.getByLabel('Name').fill('many given up');
  await dialog.getByLabel('Account').fill('umbrella');
  await dialog.getByLabel('Metric').selectOption('exhaustedDeliveries');
  await dialog.getByLabel('Is', { exact: true }).selectOption('above');
  await dialog.getByLabel('Threshold').fill('-1');
  expect(await dialog.getByRole('button', { name: 'Make the rule' }).isEnabled()).toBe(false);

  // What does not fit is said at its field, in the rule's own words.
  await dialog.getByRole('button', { name: 'Try it on the past' }).click();
  const fault = dialog.getByText(/^of exhaustedDeliveries: not a number from 0/);
  await fault.waitFor();
  expect(await dialog.getByLabel('Threshold').getAttribute('aria-invalid')).toBe('true');
  expect(await accessibilityFaults(page)).toEqual([]);

  await dialog.getByLabel('Threshold').fill('3');
  await dialog.getByLabel('Attempts at least').fill('0');
  await dialog.getByRole('button', { name: 'Try it on the past' }).click();
  await dialog.getByText('It would have told of 1 of 1 webhook.').waitFor();
  await dialog.getByRole('link', { name: /broken/ }).waitFor();
  // Whatever is changed after that is tried again.
  await dialog.getByLabel('Window').fill('30m');
  expect(await dialog.getByRole('button', { name: 'Make the rule' }).isEnabled()).toBe(false);
  await dialog.getByRole('button', { name: 'Try it on the past' }).click();
  await dialog.getByText('It would have told of').waitFor();
  await dialog.getByRole('button', { name: 'Make the rule' }).click();
  await page.getByRole('cell', { name: 'many given up' }).waitFor();
  const made = {
    name: 'many given up',
    accountId: 'umbrella',
    metric: 'exhaustedDeliveries',
    threshold: 3,
    window: '30m',
  };
  expect((await rules.list()).data).toMatchObject([made]);

  await page.getByRole('button', { name: 'Change' }).click();
  await dialog.getByLabel('Threshold').fill('100');
  await dialog.getByLabel('Looks at').selectOption('account');
  await dialog.getByRole('button', { name: 'Try it on the past' }).click();
  await dialog.getByText('It would have told nothing').waitFor();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText('the account as one').waitFor();
  expect((await rules.list()).data).toMatchObject([
    { ...made, threshold: 100, scope: { account: true } },
  ]);

  await page.getByRole('button', { name: 'Turn off' }).click();
  await page.getByText('off', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Delete' }).click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('There is none yet: nobody is told').waitFor();
  expect((await rules.list()).data).toEqual([]);
  // The one refusal that was asked for.
  expect(faults).toEqual([expect.stringContaining('400')]);
});

test('channels of both kinds are made, tried, changed and deleted', async () => {
  const mail = await startMailServer();
  const chat = await startReceiver();
  onTestFinished(() => chat.close());
  const api = await openTestApi({ smtpUrl: mail.url });
  const { page } = await openSignedIn(api, { path: '/alerts' });
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: 'Make a channel' }).click();
  await dialog.getByLabel('Name').fill('on call');
  await dialog.getByLabel('Recipients').fill('nobody');
  await dialog.getByRole('button', { name: 'Make the channel' }).click();
  await dialog.getByText(/^"nobody" is no address/).waitFor();
  await dialog.getByLabel('Recipients').fill('ada@example.com, bob@example.com');
  await dialog.getByLabel('incident.opened').check();
  await dialog.getByRole('button', { name: 'Make the channel' }).click();
  const row = (name: string) => page.getByRole('row').filter({ hasText: name });
  await row('on call').getByRole('button', { name: 'Send a test' }).click();
  await row('on call').getByText('The test was sent').waitFor();
  const [sent] = await mail.waitForMails(1);
  expect(sent?.to).toMatchObject({ text: 'ada@example.com, bob@example.com' });

  await page.getByRole('button', { name: 'Make a channel' }).click();
  await dialog.getByLabel('Name').fill('chat');
  await dialog.getByLabel('Kind').selectOption('slack');
  await dialog.getByLabel('URL').fill(`${chat.url}/secret`);
  await dialog.getByRole('button', { name: 'Make the channel' }).click();
  await row('chat').getByRole('button', { name: 'Send a test' }).click();
  await row('chat').getByText('The test was sent').waitFor();
  expect((await chat.waitForRequests(1))[0]?.body).toContain('test');
  // What is secret of its URL is not shown again.
  expect(await page.getByText('/secret').count()).toBe(0);

  await row('chat').getByRole('button', { name: 'Change' }).click();
  await dialog.getByLabel('Name').fill('chat of ops');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await row('chat of ops').getByRole('button', { name: 'Send a test' }).click();
  await chat.waitForRequests(2);
  await row('on call').getByRole('button', { name: 'Delete' }).click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await row('on call').waitFor({ state: 'detached' });
  expect((await api.posthorn.channels.list()).data).toMatchObject([
    { name: 'chat of ops', kind: 'slack' },
  ]);
});

test('incidents are filtered and acknowledged, and a viewer only sees them', async () => {
  const api = await openTestApi();
  const { posthorn } = api;
  const { webhook } = await posthorn.webhooks.register({
    url: 'https://hooks.example.com/',
    accountId: 'acme',
  });
  const { incidentId } = await makeIncident(api, webhook.id, 'acme');
  const { key } = await makeKey(api.call, { role: 'viewer' });
  const { page, faults } = await openSignedIn(api, { path: '/alerts', key });
  await page.getByText('Deliveries given up above 0').first().waitFor();
  for (const name of ['Acknowledge', 'Make a rule', 'Make a channel', 'Change', 'Delete']) {
    expect([name, await page.getByRole('button', { name }).count()]).toEqual([name, 0]);
  }
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('API key').fill('test-key-0123456789');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await heading(page, 'Alerts');
  await page.getByLabel('Incidents that are').selectOption('false');
  await page.getByText('There is none.').waitFor();
  await page.getByLabel('Incidents that are').selectOption('true');
  await page.getByRole('button', { name: 'Acknowledge' }).click();
  await page.getByText('by setting').waitFor();
  expect((await posthorn.alerts.incidents.get(incidentId)).acknowledgedBy).toBe('setting');
  await page.getByLabel('Incidents of account').fill('nobody');
  await page.getByText('There is none.').waitFor();
  expect(faults).toEqual([]);
});
