import { expect, test } from 'vitest';
import { openTestApi } from '../api/setup.js';
import { readMetrics, sampleValue } from '../support/metrics.js';
import { pollUntil } from '../support/poll.js';
import { startReceiver } from '../support/receiver.js';

test('what was done is counted', async () => {
  const { posthorn, ledger, call } = await openTestApi({ retryAttempts: 1, breakerFailures: 1 });
  const receiver = await startReceiver({
    respond: ({ path }) => ({ status: path === '/gone' ? 410 : path === '/down' ? 500 : 200 }),
  });
  for (const name of ['up', 'down', 'gone']) {
    const input = { url: `${receiver.url}/${name}`, eventTypes: ['expense.created'] };
    await posthorn.webhooks.register(input);
  }
  const parked = await posthorn.webhooks.register({ url: receiver.url, eventTypes: ['x.y'] });
  await posthorn.webhooks.deactivate(parked.webhook.id);
  const event = { type: 'expense.created', payload: { id: 1 }, idempotencyKey: 'one' };
  await call('POST', '/v1/events', { json: event });
  await call('POST', '/v1/events', { json: event });
  await call('GET', '/v1/webhooks/wh_nothing');
  await call('GET', '/somewhere/else');
  await posthorn.enqueue({ type: 'nobody.wants', payload: 1 });
  await posthorn.start(['worker', 'scheduler']);
  await pollUntil(
    () => ledger.attempt.count(),
    (count) => count === 3,
  );
  const metrics = await pollUntil(
    async () => readMetrics(await posthorn.metrics.text()),
    (read) =>
      sampleValue(read, 'posthorn_attempt_duration_seconds_count', { result: 'failed' }) === 2 &&
      sampleValue(read, 'posthorn_dispatcher_passes_total', { result: 'ok' }) !== 0,
  );
  const value = (name: string, labels?: Record<string, string>) =>
    sampleValue(metrics, `posthorn_${name}`, labels);

  expect(value('events_total', { result: 'new' })).toBe(2);
  expect(value('events_total', { result: 'duplicate' })).toBe(1);
  expect(value('event_fan_out_deliveries_sum')).toBe(3);
  expect(value('event_fan_out_deliveries_count')).toBe(2);
  expect(value('attempts_total', { outcome: 'ok' })).toBe(1);
  expect(value('attempts_total', { outcome: 'http_status' })).toBe(2);
  expect(value('attempts_total', { outcome: 'timeout' })).toBe(0);
  expect(value('deliveries_total', { status: 'delivered' })).toBe(1);
  expect(value('deliveries_total', { status: 'exhausted' })).toBe(1);
  expect(value('delivery_duration_seconds_count')).toBe(1);
  expect(value('attempts_in_flight')).toBe(0);
  expect(value('worker_slots')).toBe(posthorn.settings.concurrency);
  expect(value('recorder_group_outcomes_sum')).toBe(3);
  expect(value('recorder_commit_duration_seconds_sum')).toBeGreaterThan(0);
  expect(value('breaker_changes_total', { state: 'open' })).toBe(1);
  expect(value('webhook_deactivations_total', { reason: 'gone' })).toBe(1);
  expect(value('webhook_deactivations_total', { reason: 'owner' })).toBe(1);
  expect(value('dispatcher_refills_total')).toBe(1);
  expect(value('job_period_seconds', { name: 'zombies' })).toBe(86_400);
  expect(value('job_period_seconds', { name: 'reconcile' })).toBe(300);
  expect(value('http_request_duration_seconds_count', { route: '/v1/events' })).toBe(2);
  const looked = { route: '/v1/webhooks/:id', status: '4xx' };
  expect(value('http_request_duration_seconds_count', looked)).toBe(1);
  expect(value('http_request_duration_seconds_count', { route: '', method: '' })).toBe(1);

  expect(value('dependency_up', { dependency: 'postgresql' })).toBe(1);
  expect(value('dependency_up', { dependency: 'queue' })).toBe(1);
  await receiver.close();
});
