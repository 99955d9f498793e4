import { expect, test } from 'vitest';
import { heading, openPage } from '../dashboard/setup.js';
import { accessibilityFaults } from '../support/browser.js';
import { openCustomer, press } from './setup.js';

/** What opens an attempt. */
const SENT = 'What was sent and answered';

test('every page shows what there is, is accessible in both themes, fits a phone, and breaks no policy', async () => {
  const customer = await openCustomer();
  const { posthorn, bad, well } = customer;
  await posthorn.webhooks.register({
    url: `${well.url}/second`,
    accountId: 'umbrella',
    eventTypes: ['invoice.*'],
    description: 'the books',
  });
  const path = await customer.link({ accent: '#c026d3', returnUrl: 'https://app.example.com/a' });
  const { page, faults } = await openPage(customer, { path });
  const delivery = (await posthorn.deliveries.list({ webhookId: bad.id })).data[0];
  const walk: readonly (readonly [string, string | RegExp, string, string?])[] = [
    ['#/', 'Webhooks', 'the books'],
    [`#/webhooks/${bad.id}`, /broken/, 'Time to answer'],
    [`#/webhooks/${bad.id}`, /broken/, 'Refused (503)', 'Deliveries'],
    [`#/webhooks/${bad.id}`, /broken/, 'Registered', 'History'],
    [`#/webhooks/${bad.id}`, /broken/, 'For you', 'Edit'],
    [`#/deliveries/${delivery?.id}`, 'expense.created', 'Refused (503)'],
    [`#/deliveries/${delivery?.id}`, 'expense.created', 'webhook-signature', SENT],
  ];
  for (const [hash, title, text, button] of walk) {
    await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
    await heading(page, title);
    if (button === SENT) await page.getByText(SENT).first().click();
    else if (button !== undefined) await press(page, button);
    await page.getByText(text).filter({ visible: true }).first().waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const at = [hash, button, colorScheme];
      expect([...at, await accessibilityFaults(page)]).toEqual([...at, []]);
      for (const width of [390, 1280]) {
        await page.setViewportSize({ width, height: 844 });
        const fits = await page.evaluate<boolean>(
          'document.documentElement.scrollWidth <= document.documentElement.clientWidth',
        );
        expect([...at, width, fits]).toEqual([...at, width, true]);
      }
    }
    await page.keyboard.press('Escape');
  }
  expect(faults).toEqual([]);
});
