import { expect, onTestFinished, test } from 'vitest';
import { createPosthorn } from '../../src/posthorn.js';
import { openTestPosthorn } from '../support/posthorn.js';
import { startReceiver } from '../support/receiver.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

test('what Posthorn deactivated is tested at growing intervals by whoever is there, and comes back', async () => {
  let now = new Date('2026-03-01T00:00:00Z');
  const clock = () => now;
  let works = false;
  const receiver = await startReceiver({ respond: () => ({ status: works ? 200 : 500 }) });
  const { posthorn, ledger, options } = await openTestPosthorn({}, { clock });
  const others = [
    await createPosthorn(options, { clock }),
    await createPosthorn(options, { clock }),
  ];
  onTestFinished(async () => {
    await Promise.all(others.map((other) => other.stop()));
    await receiver.close();
  });
  const all = [posthorn, ...others];
  const register = async (path: string, overrides = {}) => {
    const { webhook } = await posthorn.webhooks.register({
      url: `${receiver.url}/${path}`,
      overrides,
    });
    return webhook.id;
  };
  const zombie = await register('zombie');
  const kept = await register('kept', { reactivate: false });
  const owners = await register('owners');
  const broken = await register('broken');
  const well = await register('well');
  await posthorn.enqueue({ type: 'a', payload: 1 });
  for (const id of [zombie, kept]) {
    await ledger.webhook.update({
      where: { id },
      data: { active: false, deactivatedAt: now, deactivationReason: 'zombie' },
    });
  }
  await posthorn.webhooks.deactivate(owners);
  await ledger.webhook.update({ where: { id: broken }, data: { failingSince: now } });
  await ledger.hold.create({
    data: { webhookId: broken, state: 'open', since: now, allowance: 1, openings: 3 },
  });
  const tests = (path: string) =>
    receiver.requests.filter((request) => request.path === `/${path}`);
  const pass = async (ms: number) => {
    for (const end = now.getTime() + ms; now.getTime() < end; ) {
      now = new Date(now.getTime() + HOUR_MS / 2);
      await Promise.all(all.map((each) => each.runJob('probes')));
    }
  };
  await pass(HOUR_MS / 2);
  expect(receiver.count()).toBe(0);
  await pass(HOUR_MS / 2);
  // Each once, though three processes look at once.
  expect(['zombie', 'kept', 'broken', 'owners', 'well'].map((path) => tests(path).length)).toEqual([
    1, 1, 1, 0, 0,
  ]);
  await pass(2 * DAY_MS);
  // After 1, 2, 4, 8, 16 hours, then once a day.
  expect(tests('zombie').length).toBeGreaterThanOrEqual(5);
  expect(tests('zombie').length).toBeLessThanOrEqual(7);
  const { test: known } = await posthorn.webhooks.get(zombie);
  expect(known).toMatchObject({ lastOutcome: 'http_status', nextAt: expect.any(Date) });

  // A day without a scheduler makes up for nothing: each is tested once.
  const before = tests('zombie').length;
  now = new Date(now.getTime() + 3 * DAY_MS);
  await Promise.all(all.map((each) => each.runJob('probes')));
  expect(tests('zombie')).toHaveLength(before + 1);

  works = true;
  await pass(DAY_MS + 4 * HOUR_MS);
  expect(await posthorn.webhooks.get(zombie)).toMatchObject({
    active: true,
    deactivationReason: null,
  });
  expect(await posthorn.webhooks.get(kept)).toMatchObject({ active: false });
  expect(await posthorn.webhooks.get(owners)).toMatchObject({ active: false });
  expect(await posthorn.webhooks.get(broken)).toMatchObject({ breaker: 'closed' });
  expect((await posthorn.webhooks.get(well)).test).toBeNull();
  const { data } = await posthorn.webhooks.history(zombie);
  expect(data[0]).toMatchObject({
    type: 'webhook.reactivated',
    actor: 'posthorn',
    detail: 'a test succeeded',
    data: { owed: 'replay', deliveries: 1 },
  });
  const history = await posthorn.webhooks.history(broken);
  expect(history.data[0]).toMatchObject({ type: 'webhook.recovered' });
  const done = tests('zombie').length;
  await pass(2 * DAY_MS);
  expect(tests('zombie')).toHaveLength(done);

  // What was deactivated for long enough is given up.
  const kepts = () => tests('kept').length;
  now = new Date(now.getTime() + 100 * DAY_MS);
  const last = kepts();
  await pass(2 * DAY_MS);
  expect(kepts()).toBe(last);
});
