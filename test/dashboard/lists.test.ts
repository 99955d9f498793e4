import { expect, test } from 'vitest';
import { pollUntil } from '../support/poll.js';
import { heading, openPipeline, openSignedIn } from './setup.js';

test('hundreds of webhooks are a table of which the rows in sight are there', async () => {
  const api = await openPipeline();
  await api.ledger.$executeRaw`
    INSERT INTO posthorn.webhooks (id, account_id, url, event_types, secrets, active_since,
      created_at, updated_at)
    SELECT 'wh_00' || lpad(to_hex(n), 30, '0'), 'many', 'https://many.example.com/' || n, '{}', '[]',
      now(), now(), now()
    FROM generate_series(1, 400) AS n`;
  const asked: string[] = [];
  const { page, faults } = await openSignedIn(api, { path: '/webhooks' });
  page.on('request', (request) => asked.push(request.url()));
  const rows = page.getByRole('row');
  await page.getByRole('link', { name: /broken/ }).waitFor();
  const failing = rows.filter({ hasText: 'umbrella' });
  await failing.getByText(/^36[45] days$/).waitFor();
  await failing.getByRole('img', { name: 'Success rate of 24 hours: 0%' }).waitFor();
  expect(await rows.count()).toBeLessThan(60);

  // To the end: what is near it is asked for, and the row that has the focus stays.
  await page.getByRole('link', { name: /broken/ }).focus();
  await pollUntil(
    async () => {
      await page.keyboard.press('End');
      await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
      return page.getByRole('table').getAttribute('aria-rowcount');
    },
    (count) => count === '403',
    { what: 'the end of the list' },
  );
  await page.getByRole('link', { name: 'many.example.com/1', exact: true }).waitFor();
  expect(await rows.last().getAttribute('aria-rowindex')).toBe('403');
  expect(await rows.count()).toBeLessThan(60);
  expect(await page.evaluate('document.activeElement.textContent')).toContain('broken');
  // One request tells of a page of them, however many rows it has.
  expect(asked.filter((url) => /\/stats\b/.test(url))).toEqual([]);

  await page.getByLabel('URL contains').fill('COM/39');
  await pollUntil(
    () => rows.count(),
    (count) => count === 12,
    { what: 'the eleven that fit' },
  );
  await page.reload();
  await page.getByRole('link', { name: 'many.example.com/399' }).waitFor();
  expect(await page.getByLabel('URL contains').inputValue()).toBe('COM/39');
  await page.getByLabel('State').selectOption('inactive');
  await page.getByText('No webhook fits.').waitFor();
  expect(faults).toEqual([]);
});

test('deliveries are found, and many made again', async () => {
  const api = await openPipeline();
  const { bad, broken, posthorn } = api;
  const { page, faults } = await openSignedIn(api, { path: '/deliveries' });
  const rows = page.getByRole('row');
  const shows = (count: number) =>
    pollUntil(
      () => rows.count(),
      (found) => found === count + 1,
      { what: `${count} deliveries` },
    );
  await shows(24);
  await page.getByLabel('Last outcome').selectOption('http_status');
  await shows(12);
  await page.getByLabel('Event type').fill('invoice.*');
  await page.getByText('No delivery fits.').waitFor();
  await page.getByLabel('Event type').fill('expense.*');
  await shows(12);

  const before = broken.count();
  await page.getByRole('checkbox', { name: 'Mark all on this page' }).check();
  await page.getByRole('button', { name: 'Retry 12' }).click();
  await page.getByText('12 deliveries made due.').waitFor();
  await broken.waitForRequests(before + 24);

  // All that fit, by a replay.
  await page.goto(`/deliveries?webhookId=${bad.id}&status=exhausted`);
  await shows(12);
  await page.getByRole('button', { name: 'Retry all that fit' }).click();
  await page.getByRole('button', { name: 'Begin' }).click();
  const replays = async () => (await posthorn.replays.list({ webhookId: bad.id })).data;
  await pollUntil(replays, ([replay]) => replay?.replayed === 12, { what: 'the replay' });
  expect(await replays()).toMatchObject([{ statuses: ['exhausted'] }]);
  expect(faults).toEqual([]);
});

test('a dry run of the sweep changes nothing, and the sweep deactivates what it named', async () => {
  const api = await openPipeline();
  const { ledger, bad, posthorn } = api;
  const longAgo = new Date(Date.now() - 400 * 86_400_000);
  await ledger.webhook.update({
    where: { id: bad.id },
    data: { activeSince: longAgo, createdAt: longAgo, failingSince: longAgo },
  });
  const { page, faults } = await openSignedIn(api, { path: '/zombies' });
  await heading(page, 'Zombies');
  await page.getByRole('region', { name: 'Webhooks at risk' }).getByText('none').waitFor();
  await page.getByRole('button', { name: 'Which would it deactivate now?' }).click();
  await page.getByText(/no success for longer than 365d/).waitFor();
  expect((await posthorn.webhooks.get(bad.id)).active).toBe(true);
  await page.getByRole('button', { name: 'Deactivate 1 webhook' }).click();
  await page.getByRole('button', { name: 'Sweep', exact: true }).click();
  await page.getByText('1 webhook deactivated.').waitFor();
  expect(await posthorn.webhooks.get(bad.id)).toMatchObject({
    active: false,
    deactivationReason: 'zombie',
  });
  await page.getByText('inactive, a zombie').waitFor();
  expect(faults).toEqual([]);
});
