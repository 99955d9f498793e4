import { expect, onTestFinished, test } from 'vitest';
import { sharedBrowser, watchFaults } from '../support/browser.js';
import { readDescription } from './described-answers.js';
import { openTestApi } from './setup.js';

test('the reference shows what the document has, breaks no policy, and asks no other host', async () => {
  const { address } = await openTestApi();
  const { document, operations } = await readDescription(address);
  const browser = await sharedBrowser();
  const page = await browser.newPage({ baseURL: address });
  onTestFinished(() => page.close());
  const faults = await watchFaults(page);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));

  const answer = await page.goto('/docs');
  const policy = answer?.headers()['content-security-policy'];
  expect(policy).toContain("default-src 'none'; script-src 'self';");
  const navigation = page.getByRole('navigation');
  for (const { name } of document.tags) {
    await navigation.getByText(name, { exact: true }).first().waitFor();
  }
  // The first tag is open; the others are when they are clicked.
  for (const { operation } of operations.filter(
    ({ operation: { tags } }) => tags[0] === 'Webhooks',
  )) {
    await navigation.getByText(operation.summary, { exact: true }).waitFor();
  }
  await page.getByRole('heading', { name: 'Register a webhook' }).waitFor();
  await page.getByText('"https://hooks.example.com/posthorn"').first().waitFor();

  expect(faults).toEqual([]);
  expect(asked.filter((url) => !url.startsWith(`${address}/`) && !url.startsWith('data:'))).toEqual(
    [],
  );
});
