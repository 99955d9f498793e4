import { describe, expect, onTestFinished, test } from 'vitest';
import { newId } from '../../src/domain/id.js';
import { pollUntil } from '../support/poll.js';
import { startReceiver } from '../support/receiver.js';
import { bearing, makeKey, openTestApi, register } from './setup.js';

const HOUR_MS = 3_600_000;

describe('GET /v1/webhooks/health', () => {
  test('counts a day by hours, and says when a failing webhook is deactivated', async () => {
    const { call, ledger } = await openTestApi();
    const well = await register(call, { accountId: 'acme' });
    const failing = await register(call, { tier: 'low', overrides: { zombieAfter: '10d' } });
    const quietSince = new Date(Date.now() - 5 * 24 * HOUR_MS);
    await ledger.webhook.update({
      where: { id: failing.id },
      data: { failingSince: quietSince, lastSuccess: quietSince, activeSince: quietSince },
    });
    const hour = new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS);
    const counts = (webhookId: string, start: Date, span: number) => ({
      ...{ webhookId, start, span, successes: 3, failures: 1, durationSum: 40n },
      ...{ buckets: [], bucketCounts: [] },
    });
    await ledger.webhookStats.createMany({
      data: [
        counts(failing.id, hour, 300),
        counts(failing.id, new Date(hour.getTime() - HOUR_MS), 300),
        counts(failing.id, new Date(hour.getTime() - HOUR_MS + 300_000), 300),
        // Too long ago.
        counts(failing.id, new Date(hour.getTime() - 26 * HOUR_MS), 3_600),
      ],
    });
    const ids = [failing.id, newId('wh_', new Date()), well.id].join(',');
    const { body } = await call<{ data: unknown[] }>('GET', `/v1/webhooks/health?ids=${ids}`);
    expect(body.data).toMatchObject([
      {
        webhook: { id: failing.id },
        deactivatesAt: new Date(quietSince.getTime() + 10 * 24 * HOUR_MS).toISOString(),
        attempts: 12,
        failures: 3,
        successRate: 0.75,
        hours: [
          { start: new Date(hour.getTime() - HOUR_MS).toISOString(), successes: 6, failures: 2 },
          { start: hour.toISOString(), successes: 3, failures: 1 },
        ],
      },
      { webhook: { id: well.id }, deactivatesAt: null, attempts: 0, successRate: null, hours: [] },
    ]);
    const { key } = await makeKey(call, { role: 'viewer', accountId: 'acme' });
    const scoped = await call<{ data: unknown[] }>('GET', `/v1/webhooks/health?ids=${ids}`, {
      headers: bearing(key),
    });
    expect(scoped.body.data).toMatchObject([{ webhook: { id: well.id } }]);
    expect((await call('GET', '/v1/webhooks/health?ids=wh_1')).status).toBe(400);
  });
});

describe('GET /v1/webhooks/{id}/traffic', () => {
  test('counts what is in flight and what waits, and says why', async () => {
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const receiver = await startReceiver({
      respond: async () => {
        await answered;
        return {};
      },
    });
    onTestFinished(() => receiver.close());
    const { call, posthorn } = await openTestApi();
    const { id } = await register(call, { url: `${receiver.url}/`, maxInFlight: 2 });
    const path = `/v1/webhooks/${id}`;
    await posthorn.start(['worker', 'scheduler']);
    const events = Array.from({ length: 5 }, (_, payload) => ({ type: 'a', payload }));
    await posthorn.enqueueMany(events);
    await receiver.waitForRequests(2);
    const held = await pollUntil(
      async () => (await call(`GET`, `${path}/traffic`)).body,
      ({ waiting }) => (waiting as { parked: number }).parked > 0,
      { what: 'parked deliveries' },
    );
    expect(held).toMatchObject({
      inFlight: 2,
      maxInFlight: 2,
      hold: { state: 'pacing' },
      held: 'pace',
      waiting: { pending: 5, oldest: expect.any(String) },
    });
    answer();
    await receiver.waitForRequests(5);
    await call('POST', `${path}/deactivate`);
    await pollUntil(
      async () => (await call('GET', `${path}/traffic`)).body,
      ({ inFlight, held: why }) => inFlight === 0 && why === 'inactive',
      { what: 'nothing in flight' },
    );
  });
});

test('the secrets that sign are listed without their text', async () => {
  const { call } = await openTestApi();
  const { id, secret } = await register(call);
  await call('POST', `/v1/webhooks/${id}/rotate-secret`, {
    json: { overlap: '0s', signatureScheme: 'v1a' },
  });
  await call('POST', `/v1/webhooks/${id}/rotate-secret`, {
    json: { overlap: '2h', signatureScheme: 'v1' },
  });
  const { body } = await call<{ data: Record<string, unknown>[] }>(
    'GET',
    `/v1/webhooks/${id}/secrets`,
  );
  expect(body.data).toMatchObject([
    { signatureScheme: 'v1', publicKey: null, expiresAt: null },
    { signatureScheme: 'v1a', publicKey: expect.stringMatching(/^whpk_/) },
  ]);
  expect(Date.parse(String(body.data[1]?.expiresAt)) - Date.now()).toBeGreaterThan(HOUR_MS);
  expect(JSON.stringify(body)).not.toContain(secret.slice(6));
});
