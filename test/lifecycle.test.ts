import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createPosthorn } from '../src/posthorn.js';
import { startMailServer } from './support/mail-server.js';
import { pollUntil } from './support/poll.js';
import { openTestPosthorn } from './support/posthorn.js';
import { startReceiver } from './support/receiver.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The jobs of a scheduler that this walk comes by, in the order in which one would be made. */
const JOBS = [
  'partitions',
  'rollup',
  'alerts',
  'warnings',
  'zombies',
  'notices',
  'probes',
  'replays',
  'archive',
] as const;

// docs/lifecycle.md tells the same.
test('the life of a webhook, over months, with three schedulers and a day without any', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-life-'));
  let now = new Date('2026-03-01T12:00:00Z');
  const clock = () => now;
  let works = true;
  const endpoint = await startReceiver({ respond: () => ({ status: works ? 200 : 503 }) });
  const listener = await startReceiver();
  const mail = await startMailServer();
  const { posthorn, ledger, options } = await openTestPosthorn(
    {
      archive: folder,
      retention: '60d',
      zombieAfterStandard: '20d',
      breakerFailures: 3,
      retryAttempts: 50,
      nearRetry: '0ms',
      pollInterval: '100ms',
      smtpUrl: mail.url,
    },
    { clock },
  );
  const others = [
    await createPosthorn(options, { clock }),
    await createPosthorn(options, { clock }),
  ];
  const all = [posthorn, ...others];
  onTestFinished(async () => {
    await Promise.all(others.map((other) => other.stop()));
    await Promise.all([endpoint, listener].map((each) => each.close()));
    await rm(folder, { recursive: true, force: true });
  });
  const everywhere = async () => {
    for (const job of JOBS) await Promise.all(all.map((each) => each.runJob(job)));
  };
  const pass = async (ms: number, stepMs = ms) => {
    for (const end = now.getTime() + ms; now.getTime() < end; ) {
      now = new Date(now.getTime() + stepMs);
      await everywhere();
    }
  };
  const read = () => posthorn.webhooks.get(webhook.id);
  await everywhere();
  await Promise.all(all.map((each) => each.start(['worker', 'scheduler'])));
  await posthorn.channels.create({ name: 'ops', kind: 'email', recipients: ['ops@example.com'] });
  await posthorn.webhooks.register({ url: listener.url, operational: true });

  // Verified: it is asked before it is registered.
  const { webhook } = await posthorn.webhooks.register({ url: endpoint.url, verification: 'ping' });
  expect(webhook.verifiedAt).toEqual(now);
  expect(endpoint.requests[0]?.json).toMatchObject({ type: 'webhook.ping' });

  // Healthy.
  const enqueue = (payload: string) => posthorn.enqueue({ type: 'expense.created', payload });
  const first = await enqueue('first');
  await endpoint.waitForRequests(2);
  await pollUntil(read, ({ lastSuccess }) => lastSuccess !== null);
  await pass(10 * MINUTE_MS);
  expect(await posthorn.stats.of(webhook.id)).toMatchObject({ attempts: 1, successRate: 1 });

  // Failing: it is tried again, and then its breaker opens.
  works = false;
  await posthorn.alerts.rules.create({
    name: 'three in a row',
    metric: 'consecutiveFailures',
    comparison: 'above',
    threshold: 2,
    scope: { webhookId: webhook.id },
  });
  const second = await enqueue('second');
  for (let failures = 1; failures <= 3; failures += 1) {
    await pollUntil(read, ({ consecutiveFailures }) => consecutiveFailures >= failures);
    now = new Date(now.getTime() + 2 * MINUTE_MS);
  }
  await pollUntil(read, ({ breaker }) => breaker !== 'closed');
  const third = await enqueue('third');

  // An incident opens, once, and somebody looks after it.
  await everywhere();
  const { data: incidents } = await posthorn.alerts.incidents.list({});
  expect(incidents).toHaveLength(1);
  await posthorn.alerts.incidents.acknowledge(incidents[0]?.id ?? '');

  // Warned, with a day on which nothing ran; then deactivated. What it is owed waits.
  await pass(12 * DAY_MS, 4 * DAY_MS);
  now = new Date(now.getTime() + DAY_MS);
  await pass(4 * DAY_MS);
  await pass(5 * DAY_MS, DAY_MS);
  expect(await read()).toMatchObject({ active: false, deactivationReason: 'zombie' });
  const fourth = await enqueue('fourth');
  const owed = await posthorn.replays.owed(webhook.id);

  // Tested by itself, in vain, until the endpoint works: then reactivated.
  const tests = () =>
    endpoint.requests.filter(({ json }) => (json as { type?: string }).type === 'webhook.test');
  const before = tests().length;
  await pass(2 * DAY_MS, 12 * HOUR_MS);
  expect(tests().length).toBeGreaterThan(before);
  works = true;
  await pass(2 * DAY_MS, 12 * HOUR_MS);
  expect(await read()).toMatchObject({ active: true });

  // Drained: what waited, and what came meanwhile.
  const drained = await pollUntil(
    async () => {
      now = new Date(now.getTime() + 10 * MINUTE_MS);
      await everywhere();
      return ledger.delivery.findMany({
        where: { webhookId: webhook.id, eventId: { in: [third.id, fourth.id] } },
      });
    },
    (deliveries) => deliveries.filter(({ status }) => status === 'delivered').length === 2,
    { what: 'what it was owed and had missed', deadlineMs: 60_000 },
  );
  expect(drained).toHaveLength(2);
  expect(owed.deliveries).toBeGreaterThanOrEqual(1);
  await pollUntil(
    async () => {
      now = new Date(now.getTime() + 10 * MINUTE_MS);
      await everywhere();
      return ledger.delivery.count({ where: { status: 'pending' } });
    },
    (pending) => pending === 0,
  );
  await pass(10 * MINUTE_MS);
  const { data: resolved } = await posthorn.alerts.incidents.list({});
  expect(resolved).toMatchObject([{ resolvedAt: expect.any(Date), acknowledgedBy: 'owner' }]);

  // Archived, restored, replayed: the same webhook-id.
  await pass(70 * DAY_MS, 35 * DAY_MS);
  expect(await ledger.event.count({ where: { id: first.id } })).toBe(0);
  expect((await posthorn.archive.verify()).every(({ fault }) => fault === null)).toBe(true);
  await posthorn.archive.restore('2026-03-01', 7 * DAY_MS);
  const from = new Date('2026-03-01T00:00:00Z');
  const to = new Date('2026-03-02T00:00:00Z');
  const count = endpoint.count();
  await posthorn.replays.start(webhook.id, { from, to, statuses: ['delivered', 'exhausted'] });
  await everywhere();
  const replayed = (await endpoint.waitForRequests(count + 3)).slice(count);
  expect(replayed.map(({ headers }) => headers['webhook-id'])).toEqual(
    expect.arrayContaining([first.id, second.id, third.id]),
  );

  // Everything was told once, and is in its history.
  const { data: history } = await posthorn.webhooks.history(webhook.id, { limit: 100 });
  const types = history.map(({ type }) => type).filter((type) => !type.startsWith('incident.'));
  const count1 = (type: string) => types.filter((each) => each === type).length;
  expect(count1('webhook.warned')).toBe(3);
  expect(count1('webhook.deactivated')).toBe(1);
  expect(count1('webhook.reactivated')).toBe(1);
  expect(count1('webhook.verified')).toBe(1);
  const subjects = mail.mails.map(({ subject = '' }) => subject);
  const about = (part: string) => subjects.filter((subject) => subject.includes(part)).length;
  expect(about('will be deactivated')).toBe(3);
  expect(about('was deactivated')).toBe(1);
  expect(about('was reactivated')).toBe(1);
  expect(about('Alert: three in a row')).toBe(1);
  expect(about('Resolved: three in a row')).toBe(1);
  const told = listener.requests.map(({ json }) => (json as { type: string }).type);
  for (const type of [
    'webhook.failing',
    'webhook.warned',
    'webhook.deactivated',
    'incident.opened',
  ]) {
    expect(told).toContain(type);
  }
  expect(told.filter((type) => type === 'webhook.deactivated')).toHaveLength(1);
});
