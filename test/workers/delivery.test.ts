import { describe, expect, test } from 'vitest';
import { pollUntil } from '../support/poll.js';
import { openTestPosthorn, type PosthornBundle } from '../support/posthorn.js';
import { startReceiver } from '../support/receiver.js';

const FAST_RETRIES = { retryBase: '20ms', retryFactor: '2', retryCap: '100ms', retryAttempts: 4 };

/** Waits for the only delivery of an event to end. */
function ended({ ledger }: PosthornBundle, eventId: string) {
  return pollUntil(
    () => ledger.delivery.findFirstOrThrow({ where: { eventId } }),
    ({ status }) => status !== 'pending',
    { what: 'the end of the delivery' },
  );
}

describe.each(['redis', 'postgres'] as const)('a delivery on the %s backend', (backend) => {
  const queue = backend === 'postgres' ? { redisUrl: '' } : {};

  test('arrives signed, with the body of the contract', async () => {
    let secret = '';
    const receiver = await startReceiver({ secret: () => secret });
    const bundle = await openTestPosthorn({ ...queue });
    const { posthorn, ledger } = bundle;
    const registered = await posthorn.webhooks.register({
      url: `${receiver.url}/hook?source=posthorn`,
      headers: { 'X-Platform': 'collectives' },
    });
    secret = registered.secret;
    await posthorn.start(['worker']);
    const payload = { amount: 42, note: 'für “alle” \u0000', list: [1, null] };
    const event = await posthorn.enqueue({ type: 'expense.created', payload });
    const [request] = await receiver.waitForRequests(1);

    expect(request?.verified).toBe(true);
    expect(request?.path).toBe('/hook?source=posthorn');
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/^Posthorn\/\d+\.\d+\.\d+/),
      'webhook-id': event.id,
      'webhook-timestamp': expect.stringMatching(/^\d{10}$/),
      'webhook-signature': expect.stringMatching(/^v1,/),
      'x-platform': 'collectives',
    });
    const stored = await ledger.event.findFirstOrThrow();
    expect(JSON.parse(request?.body ?? '')).toEqual({
      type: 'expense.created',
      timestamp: stored.createdAt.toISOString(),
      data: payload,
    });

    const delivery = await ended(bundle, event.id);
    expect(delivery).toMatchObject({
      status: 'delivered',
      attemptCount: 1,
      lastOutcome: 'ok',
      lastStatusCode: 200,
    });
    const webhook = await posthorn.webhooks.get(registered.webhook.id);
    expect(webhook).toMatchObject({ successCount: 1, failureCount: 0, consecutiveFailures: 0 });
    expect(webhook.lastSuccess).not.toBeNull();
    await pollUntil(
      () => posthorn.queue.counts(),
      (counts) => Object.values(counts).every((count) => count === 0),
      { what: 'an empty queue' },
    );
    await receiver.close();
  });

  test('is retried by its schedule until it succeeds, and every attempt is recorded', async () => {
    const receiver = await startReceiver({
      respond: () => ({ status: receiver.count() < 3 ? 503 : 204, body: 'overloaded' }),
    });
    const bundle = await openTestPosthorn({ ...queue, ...FAST_RETRIES });
    const { posthorn } = bundle;
    const { webhook } = await posthorn.webhooks.register({ url: receiver.url });
    await posthorn.start(['worker']);
    const event = await posthorn.enqueue({ type: 'a', payload: 1 });
    const { id } = await ended(bundle, event.id);
    const { attempts, ...delivery } = await posthorn.deliveries.get(id);

    expect(delivery).toMatchObject({ status: 'delivered', attemptCount: 3, dueAt: null });
    expect(
      attempts.map(({ number, outcome, statusCode }) => [number, outcome, statusCode]),
    ).toEqual([
      [1, 'http_status', 503],
      [2, 'http_status', 503],
      [3, 'ok', 204],
    ]);
    expect(attempts[0]).toMatchObject({
      error: expect.stringContaining('503'),
      responseExcerpt: 'overloaded',
    });
    const gaps = attempts.slice(1).map(({ startedAt }, index) => {
      const before = attempts[index];
      return startedAt.getTime() - (before?.startedAt.getTime() ?? 0) - (before?.durationMs ?? 0);
    });
    expect(gaps[0]).toBeGreaterThanOrEqual(14); // 20 ms less 20 % and the rounding of times
    expect(gaps[1]).toBeGreaterThanOrEqual(30); // 40 ms likewise
    expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id']))).toEqual(
      new Set([event.id]),
    );
    expect(await posthorn.webhooks.get(webhook.id)).toMatchObject({
      successCount: 1,
      failureCount: 2,
      consecutiveFailures: 0,
      failingSince: null,
      lastError: expect.stringContaining('503'),
    });
    await receiver.close();
  });

  test('is exhausted after the last attempt, and can be retried by hand', async () => {
    let status = 500;
    const receiver = await startReceiver({ respond: () => ({ status }) });
    const bundle = await openTestPosthorn({ ...queue, ...FAST_RETRIES });
    const { posthorn } = bundle;
    const { webhook } = await posthorn.webhooks.register({ url: receiver.url });
    await posthorn.start(['worker', 'scheduler']);
    const event = await posthorn.enqueue({ type: 'a', payload: 1 });
    const exhausted = await ended(bundle, event.id);
    expect(exhausted).toMatchObject({ status: 'exhausted', attemptCount: 4, dispatchAt: null });
    expect(await posthorn.webhooks.get(webhook.id)).toMatchObject({ consecutiveFailures: 4 });

    status = 200;
    await posthorn.deliveries.retry(exhausted.id);
    const delivered = await pollUntil(
      () => posthorn.deliveries.get(exhausted.id),
      (delivery) => delivery.status === 'delivered',
    );
    expect(delivered.attempts.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
    await receiver.close();
  });

  test('whose retry is far off waits in the ledger, and the dispatcher brings it back', async () => {
    const receiver = await startReceiver({
      respond: () => ({ status: receiver.count() < 2 ? 500 : 200 }),
    });
    const bundle = await openTestPosthorn({
      ...queue,
      nearRetry: '0ms',
      retryBase: '300ms',
      pollInterval: '50ms',
    });
    const { posthorn, ledger } = bundle;
    await posthorn.webhooks.register({ url: receiver.url });
    await posthorn.start(['worker', 'scheduler']);
    const event = await posthorn.enqueue({ type: 'a', payload: 1 });
    await receiver.waitForRequests(1);
    const waiting = await pollUntil(
      () => ledger.delivery.findFirstOrThrow(),
      ({ attemptCount }) => attemptCount === 1,
    );
    expect(waiting.dispatchAt).toEqual(waiting.dueAt);
    expect(await ended(bundle, event.id)).toMatchObject({ status: 'delivered', attemptCount: 2 });
    await receiver.close();
  });
});

describe('a webhook', () => {
  test('that answers 410 is deactivated at once; what it is owed waits for its reactivation', async () => {
    let status = 410;
    const receiver = await startReceiver({ respond: () => ({ status }) });
    const { posthorn, ledger } = await openTestPosthorn();
    const { webhook } = await posthorn.webhooks.register({ url: receiver.url });
    await posthorn.start(['worker', 'scheduler']);
    await posthorn.enqueue({ type: 'a', payload: 1 });
    const gone = await pollUntil(
      () => posthorn.webhooks.get(webhook.id),
      ({ active }) => !active,
    );
    expect(gone).toMatchObject({ deactivationReason: 'gone', consecutiveFailures: 1 });
    expect((await posthorn.enqueue({ type: 'a', payload: 2 })).deliveries).toBe(0);
    expect(await ledger.delivery.findMany()).toMatchObject([
      { status: 'pending', dispatchAt: null },
    ]);

    status = 200;
    expect(await posthorn.webhooks.reactivate(webhook.id)).toMatchObject({ deliveries: 1 });
    await pollUntil(
      () => ledger.delivery.findFirstOrThrow(),
      (delivery) => delivery.status === 'delivered',
    );
    await receiver.close();
  });

  test('that its owner deactivates gets nothing more; reactivated with discard, it starts afresh', async () => {
    const receiver = await startReceiver();
    const { posthorn, ledger } = await openTestPosthorn();
    const { webhook } = await posthorn.webhooks.register({ url: receiver.url });
    for (const payload of [1, 2, 3]) await posthorn.enqueue({ type: 'a', payload });
    await posthorn.webhooks.deactivate(webhook.id, { detail: 'moving house' });
    await posthorn.start(['worker', 'scheduler']);
    await pollUntil(
      () => ledger.delivery.count({ where: { status: 'pending', dispatchAt: null } }),
      (parked) => parked === 3,
      { what: 'parking' },
    );
    expect(await posthorn.webhooks.reactivate(webhook.id, { owed: 'discard' })).toMatchObject({
      deliveries: 3,
    });
    const event = await posthorn.enqueue({ type: 'a', payload: 4 });
    await receiver.waitForRequests(1);
    expect(receiver.requests.map(({ headers }) => headers['webhook-id'])).toEqual([event.id]);
    expect(await ledger.delivery.count({ where: { status: 'discarded' } })).toBe(3);
    await receiver.close();
  });

  test('that is deleted is owed nothing more', async () => {
    const receiver = await startReceiver();
    const { posthorn, ledger } = await openTestPosthorn();
    const { webhook } = await posthorn.webhooks.register({ url: receiver.url });
    await posthorn.enqueue({ type: 'a', payload: 1 });
    await posthorn.webhooks.delete(webhook.id);
    await posthorn.start(['worker', 'scheduler']);
    await pollUntil(
      () => posthorn.queue.counts(),
      (counts) => Object.values(counts).every((count) => count === 0),
    );
    expect(await ledger.delivery.findMany()).toMatchObject([{ status: 'discarded' }]);
    expect(receiver.count()).toBe(0);
    await expect(posthorn.webhooks.get(webhook.id)).rejects.toThrow(/no webhook/);
    await receiver.close();
  });

  test('signs with both secrets while a rotation overlaps', async () => {
    let secret = '';
    const receiver = await startReceiver({ secret: () => secret });
    const { posthorn } = await openTestPosthorn();
    const registered = await posthorn.webhooks.register({ url: receiver.url });
    await posthorn.start(['worker']);
    const rotated = await posthorn.webhooks.rotateSecret(registered.webhook.id);
    for (const valid of [registered.secret, rotated.secret]) {
      secret = valid;
      await posthorn.enqueue({ type: 'a', payload: 1 });
      const requests = await receiver.waitForRequests(valid === registered.secret ? 1 : 2);
      expect(requests.at(-1)?.verified).toBe(true);
    }
    expect(String(receiver.requests[0]?.headers['webhook-signature']).split(' ')).toHaveLength(2);

    const alone = await posthorn.webhooks.rotateSecret(registered.webhook.id, { overlapMs: 0 });
    secret = alone.secret;
    await posthorn.enqueue({ type: 'a', payload: 1 });
    const requests = await receiver.waitForRequests(3);
    expect(requests.at(-1)?.verified).toBe(true);
    expect(String(requests.at(-1)?.headers['webhook-signature']).split(' ')).toHaveLength(1);
    await receiver.close();
  });

  test('with a private address is refused at registration', async () => {
    const { posthorn, ledger } = await openTestPosthorn({ allowCidrs: '', retryAttempts: 1 });
    await expect(posthorn.webhooks.register({ url: 'http://127.0.0.1:80/' })).rejects.toThrow(
      /127\.0\.0\.1/,
    );
    expect(await ledger.webhook.count()).toBe(0);
  });
});
