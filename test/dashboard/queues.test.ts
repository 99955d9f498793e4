import { expect, test } from 'vitest';
import { makeKey, openTestApi } from '../api/setup.js';
import { heading, openSignedIn } from './setup.js';

test('Bull Board shows the jobs under the strictest policy, and changes them for whoever may', async () => {
  const api = await openTestApi();
  const { posthorn, ledger } = api;
  await posthorn.webhooks.register({ url: 'https://hooks.example.com/' });
  await posthorn.enqueue({ type: 'expense.created', payload: {} });
  const { id } = await ledger.delivery.findFirstOrThrow();

  const { page, faults } = await openSignedIn(api, { path: '/queues' });
  await page.getByRole('row', { name: /^deliveries open 1 0 0 0/ }).waitFor();
  await page.getByRole('link', { name: 'Open Bull Board' }).click();
  await page.getByRole('link', { name: 'deliveries' }).first().click();
  await page.getByText(id).first().waitFor();
  // Every part of it is loaded, so that the policy is tried on all.
  await page.goto(`/queues/board/queue/deliveries/${id}`);
  await page.getByText(id).first().waitFor();
  // As its own button asks, which has no name to find it by.
  const path = `/queues/board/api/queues/deliveries/${id}/clean`;
  expect(await page.evaluate(`fetch('${path}', { method: 'PUT' }).then((r) => r.status)`)).toBe(
    204,
  );
  expect((await posthorn.queue.counts()).waiting).toBe(0);
  // What is owed stays owed.
  expect((await ledger.delivery.findUniqueOrThrow({ where: { id } })).status).toBe('pending');
  expect(faults).toEqual([]);
});

test('Bull Board shows a viewer no way to change anything', async () => {
  const api = await openTestApi();
  const { key } = await makeKey(api.call, { role: 'viewer' });
  const { page, faults } = await openSignedIn(api, { path: '/queues', key });
  await heading(page, 'Queues');
  await page.getByText('You may look, and change nothing.').waitFor();
  await page.goto('/queues/board/queue/deliveries?status=waiting');
  await page.getByRole('link', { name: 'deliveries' }).first().waitFor();
  expect(await page.getByRole('button', { name: 'Clean all' }).count()).toBe(0);
  await page.getByRole('link', { name: 'Posthorn queues' }).waitFor();
  expect(faults).toEqual([]);
});
