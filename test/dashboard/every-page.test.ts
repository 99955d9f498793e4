import { describe, expect, test } from 'vitest';
import { makeKey } from '../api/setup.js';
import { accessibilityFaults, layoutShifts } from '../support/browser.js';
import { heading, openPipeline, openSignedIn } from './setup.js';

describe.each(['light', 'dark'] as const)('every page (%s)', (theme) => {
  test('shows what there is, is accessible, and breaks no policy', async () => {
    const api = await openPipeline();
    await api.posthorn.channels.create({
      name: 'ops',
      kind: 'slack',
      url: `${api.well.url}/slack`,
    });
    await api.posthorn.alerts.rules.create({
      name: 'many fail',
      accountId: 'umbrella',
      metric: 'exhaustedDeliveries',
      comparison: 'above',
      threshold: 0,
    });
    await api.posthorn.runJob('alerts');
    await makeKey(api.call, { role: 'viewer' });
    const { page, faults } = await openSignedIn(api, { theme });
    const delivery = (await api.posthorn.deliveries.list({ webhookId: api.bad.id })).data[0];
    const walk: readonly (readonly [string, string | RegExp, string, string?])[] = [
      ['/', 'Overview', 'Needs attention'],
      ['/webhooks', 'Webhooks', 'umbrella'],
      ['/webhooks', 'Webhooks', 'because it has no default', 'Default format'],
      [`/webhooks/${api.bad.id}`, /broken/, 'Failures by class'],
      [`/webhooks/${api.bad.id}?view=Attempts`, /broken/, 'http_status'],
      [`/webhooks/${api.bad.id}?view=History`, /broken/, 'webhook.registered'],
      [`/webhooks/${api.bad.id}?view=Settings`, /broken/, 'the newest, until it is rotated'],
      ['/deliveries', 'Deliveries', 'exhausted'],
      [`/deliveries/${delivery?.id}`, 'Delivery', 'expense.created'],
      [`/deliveries/${delivery?.id}`, 'Delivery', 'webhook-signature', 'Request and answer'],
      ['/zombies', 'Zombies', 'umbrella'],
      ['/alerts', 'Alerts', 'many fail'],
      ['/archive', 'Archive', 'Nobody asked for any'],
      ['/queues', 'Queues', 'every 1m'],
      ['/keys', 'API keys', 'viewer'],
      ['/settings', 'Settings', 'POSTHORN_TIMEOUT'],
    ];
    for (const [path, title, text, button] of walk) {
      await page.goto(path);
      await heading(page, title);
      if (button !== undefined) await page.getByRole('button', { name: button }).first().click();
      await page.getByText(text).filter({ visible: true }).first().waitFor();
      expect([path, await accessibilityFaults(page)]).toEqual([path, []]);
      expect([path, await layoutShifts(page)]).toEqual([path, []]);
      // Nothing is wider than the window of a phone.
      await page.setViewportSize({ width: 390, height: 844 });
      const { scrollWidth, clientWidth } = await page.evaluate<
        Record<'scrollWidth' | 'clientWidth', number>
      >(
        '({ scrollWidth: document.documentElement.scrollWidth, clientWidth: document.documentElement.clientWidth })',
      );
      expect([path, scrollWidth <= clientWidth]).toEqual([path, true]);
      await page.setViewportSize({ width: 1280, height: 800 });
    }
    expect(faults).toEqual([]);
  });
});
