import { describe, expect, onTestFinished, test } from 'vitest';
import type { PosthornOptions } from '../../src/config.js';
import { createPosthorn } from '../../src/posthorn.js';
import { pollUntil } from '../support/poll.js';
import { openTestPosthorn } from '../support/posthorn.js';
import { type Receiver, startReceiver } from '../support/receiver.js';

async function setupReceiver(): Promise<Receiver> {
  const receiver = await startReceiver();
  onTestFinished(() => receiver.close());
  return receiver;
}

/** Registers a webhook without rules, then makes one delivery to it with the given settings. */
async function deliverUnder(settings: PosthornOptions, receiver: Receiver) {
  const { posthorn: before, ledger, options } = await openTestPosthorn({ retryAttempts: 1 });
  await before.webhooks.register({ url: receiver.url });
  const posthorn = await createPosthorn({ ...options, ...settings });
  onTestFinished(() => posthorn.stop());
  await posthorn.start(['worker']);
  const event = await posthorn.enqueue({ type: 'a', payload: 1 });
  const { id } = await pollUntil(
    () => ledger.delivery.findFirstOrThrow({ where: { eventId: event.id } }),
    ({ status }) => status !== 'pending',
    { what: 'the end of the delivery' },
  );
  return posthorn.deliveries.get(id);
}

describe('a webhook that was registered under other settings', () => {
  test.each<[string, PosthornOptions, string]>([
    ['over http where https alone is allowed', { httpsOnly: 'on' }, 'is not https'],
    [
      'to a port that is no longer open',
      { ports: '1-1023' },
      'deliveries go to ports 1-1023 alone',
    ],
    [
      'to an address that is no longer allowed',
      { allowCidrs: '' },
      'the address 127.0.0.1 is private',
    ],
  ])('is sent nothing %s', async (_case, settings, message) => {
    const receiver = await setupReceiver();
    const delivery = await deliverUnder(settings, receiver);
    expect(delivery).toMatchObject({ status: 'exhausted', lastOutcome: 'blocked' });
    expect(delivery.attempts).toMatchObject([
      { outcome: 'blocked', statusCode: null, error: expect.stringContaining(message) },
    ]);
    expect(receiver.count()).toBe(0);
  });
});

test('headers that HTTP refuses are left out of a delivery, and keep it from nothing', async () => {
  const receiver = await setupReceiver();
  const { posthorn, ledger } = await openTestPosthorn({ retryAttempts: 1 });
  const { webhook } = await posthorn.webhooks.register({ url: receiver.url });
  const headers = {
    'x-team': 'blue',
    'x-split': 'a\r\nx-forged: 1',
    'bad name': 'x',
    'x-number': 1,
  };
  await ledger.webhook.update({ where: { id: webhook.id }, data: { headers } });
  await posthorn.start(['worker']);
  await posthorn.enqueue({ type: 'a', payload: 1 });
  const [request] = await receiver.waitForRequests(1);
  expect(request?.headers).toMatchObject({ 'x-team': 'blue' });
  expect(Object.keys(request?.headers ?? {}).filter((name) => /^(x-|bad)/.test(name))).toEqual([
    'x-team',
  ]);
});

test('scheme and port are checked at registration and at a change', async () => {
  const { posthorn } = await openTestPosthorn({ httpsOnly: 'on', ports: '443,8443' });
  const { webhooks } = posthorn;
  const { webhook } = await webhooks.register({ url: 'https://hooks.example.com:8443/' });
  for (const url of ['http://hooks.example.com:443/', 'https://hooks.example.com:22/']) {
    await expect(webhooks.register({ url })).rejects.toMatchObject({ code: 'invalid_url' });
    await expect(webhooks.update(webhook.id, { url })).rejects.toMatchObject({
      code: 'invalid_url',
    });
  }
  expect((await webhooks.get(webhook.id)).url).toBe('https://hooks.example.com:8443/');
});
