import { expect, test } from 'vitest';
import { openAlerts } from '../support/alerts.js';

test('quiet hours keep openings and ends back until they are over, on a day when clocks change too', async () => {
  const { posthorn, ledger, webhook, rule, told, setTime } =
    await openAlerts('2026-03-28T20:30:00Z');
  const { evaluate } = posthorn.alerts;
  const before = await webhook({ consecutiveFailures: 3 });
  await rule({ quietHours: { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' } });
  expect(await evaluate()).toEqual({ opened: 1, resolved: 0, told: 1 });

  // 23:00 in Berlin. One that was told is well again; two others fail.
  setTime('2026-03-28T22:00:00Z');
  const fail = (id: string, consecutiveFailures: number) =>
    ledger.webhook.update({ where: { id }, data: { consecutiveFailures } });
  await fail(before, 0);
  const brief = await webhook({ consecutiveFailures: 4 });
  await webhook({ consecutiveFailures: 5 });
  expect(await evaluate()).toEqual({ opened: 2, resolved: 1, told: 0 });
  await fail(brief, 0);
  setTime('2026-03-29T04:59:00Z');
  expect(await evaluate()).toEqual({ opened: 0, resolved: 1, told: 0 });

  // 07:00 in Berlin, which is an hour earlier than the day before.
  setTime('2026-03-29T05:00:00Z');
  expect(await evaluate()).toEqual({ opened: 0, resolved: 0, told: 2 });
  expect(await evaluate()).toEqual({ opened: 0, resolved: 0, told: 0 });
  expect((await told()).toSorted()).toEqual([
    'incident.opened: failed attempts in a row: 3, above 2',
    'incident.opened: failed attempts in a row: 5, above 2',
    'incident.resolved: failed attempts in a row is back at 0',
  ]);
  const { data } = await posthorn.alerts.incidents.list({ webhookId: brief });
  expect(data).toMatchObject([{ toldAt: null, resolution: 'recovered' }]);
});

test('a cooldown tells a webhook that keeps coming back once, and again once it is over', async () => {
  const { posthorn, ledger, webhook, rule, setTime } = await openAlerts('2026-05-05T12:00:00Z');
  const id = await webhook();
  await rule({ cooldown: '30m' });
  const toldAt: number[] = [];
  for (let round = 0; round < 30; round += 1) {
    // Fails for two minutes of every five.
    const minute = Math.floor(round / 2) * 5 + (round % 2) * 2;
    setTime(new Date(Date.UTC(2026, 4, 5, 12, minute)));
    const consecutiveFailures = round % 2 === 0 ? 3 : 0;
    await ledger.webhook.update({ where: { id }, data: { consecutiveFailures } });
    const { told } = await posthorn.alerts.evaluate();
    if (told > 0) toldAt.push(minute);
  }
  // Told at 0, ended at 2, so that from 32 on it may be told: it is at 35 again, and so on.
  expect(toldAt).toEqual([0, 2, 35, 37, 70, 72]);
});

test('a scheduler that was away for a day tells what holds now, once', async () => {
  const { posthorn, ledger, webhook, rule, told, setTime } =
    await openAlerts('2026-05-05T12:00:00Z');
  const one = await webhook({ consecutiveFailures: 3 });
  const other = await webhook();
  await rule();
  await posthorn.alerts.evaluate();
  setTime('2026-05-06T12:00:00Z');
  await ledger.webhook.update({ where: { id: one }, data: { consecutiveFailures: 900 } });
  await ledger.webhook.update({ where: { id: other }, data: { consecutiveFailures: 40 } });
  const runs = await Promise.all([1, 2].map(() => posthorn.alerts.evaluate()));
  expect(runs.reduce((sum, run) => sum + run.told, 0)).toBe(1);
  expect(await told()).toEqual([
    'incident.opened: failed attempts in a row: 3, above 2',
    'incident.opened: failed attempts in a row: 40, above 2',
  ]);
  const { data } = await posthorn.alerts.incidents.list({ webhookId: one });
  expect(data).toMatchObject([{ value: 3, lastValue: 900, resolvedAt: null }]);
});

test('an opening that a crash kept from being told is told by the next evaluation', async () => {
  const { posthorn, ledger, webhook, rule, told } = await openAlerts('2026-05-05T12:00:00Z');
  await webhook({ consecutiveFailures: 3 });
  await rule();
  await ledger.$executeRaw`ALTER TABLE posthorn.notices RENAME TO notices_away`;
  await expect(posthorn.alerts.evaluate()).rejects.toThrow();
  await ledger.$executeRaw`ALTER TABLE posthorn.notices_away RENAME TO notices`;
  expect(await told()).toEqual([]);
  expect(await posthorn.alerts.evaluate()).toEqual({ opened: 0, resolved: 0, told: 1 });
  expect(await told()).toHaveLength(1);
});

test('what somebody looks after in quiet hours is not told after them', async () => {
  const { posthorn, webhook, rule, told, setTime } = await openAlerts('2026-05-05T12:00:00Z');
  const { evaluate, incidents } = posthorn.alerts;
  await webhook({ consecutiveFailures: 3 });
  await rule({ quietHours: { from: '11:00', to: '13:00' } });
  await evaluate();
  const [incident] = (await incidents.list({ open: true })).data;
  const id = incident?.id ?? '';
  const acknowledged = await incidents.acknowledge(id, { actor: 'key_1' });
  expect(acknowledged).toMatchObject({ acknowledgedBy: 'key_1', toldAt: null });
  expect(await incidents.acknowledge(id)).toEqual(acknowledged);
  setTime('2026-05-05T14:00:00Z');
  expect(await evaluate()).toEqual({ opened: 0, resolved: 0, told: 0 });
  expect(await told()).toEqual([]);
});
