import { describe, expect, test } from 'vitest';
import type { RuleInput } from '../../src/alerts/rule-input.js';
import { InvalidInputError, NotFoundError } from '../../src/domain/errors.js';
import { newId } from '../../src/domain/id.js';
import { readFailureRuns, readOpenBreakers } from '../../src/store/alert-history.js';
import { openAlerts } from '../support/alerts.js';

const NOW = '2026-05-05T12:00:00Z';
const at = (minutes: number) => new Date(new Date(NOW).getTime() + minutes * 60_000);

test('rules are made, changed and removed, and what does not fit is refused by name', async () => {
  const { posthorn, ledger, webhook } = await openAlerts(NOW);
  const { rules } = posthorn.alerts;
  const webhookId = await webhook();
  const usual: RuleInput = {
    name: 'slow',
    metric: 'p95LatencyMs',
    comparison: 'above',
    threshold: '2s',
    resolveAt: '1500ms',
    window: '15m',
    minimum: 20,
    scope: { webhookId },
    cooldown: '30m',
    quietHours: { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' },
  };
  const rule = await rules.create({ ...usual, accountId: 'a' });
  const shown = { ...usual, threshold: 2_000, resolveAt: 1_500, channelIds: [], enabled: true };
  expect(rule).toEqual({
    ...shown,
    id: rule.id,
    accountId: 'a',
    createdAt: at(0),
    updatedAt: at(0),
  });
  const changed = await rules.update(rule.id, { quietHours: null, window: '1h', threshold: 3_000 });
  expect(changed).toEqual({ ...rule, quietHours: null, window: '1h', threshold: 3_000 });
  const seconds = await rules.create({ ...usual, metric: 'breakerOpen', accountId: 'a' });
  expect(seconds).toMatchObject({ threshold: 2, resolveAt: 1.5 });

  const foreign = await webhook({ accountId: 'b' });
  for (const [changes, fault] of [
    [{ name: ' ' }, 'name: 1 to 100 characters'],
    [{ metric: 'speed' }, 'metric: not one of consecutiveFailures'],
    [{ comparison: 'over' }, 'comparison: not one of above, below'],
    [{ threshold: '5 apples' }, 'threshold: of p95LatencyMs: not a number from 0 to'],
    [
      { metric: 'successRate', threshold: 90 },
      'threshold: of successRate: not a number from 0 to 1',
    ],
    [{ metric: 'consecutiveFailures', threshold: '5m' }, 'threshold: of consecutiveFailures'],
    [{ threshold: Number.NaN }, 'threshold'],
    [{ resolveAt: 2_001 }, 'resolveAt: 2001 is not back from above 2000: use at most that'],
    [{ comparison: 'below' }, 'resolveAt: 1500 is not back from below 2000: use at least that'],
    [{ window: '4m' }, 'window: not a duration from 5m to 30d'],
    [{ window: '31d' }, 'window'],
    [{ minimum: 1.5 }, 'minimum: not a whole number'],
    [{ scope: { tier: 'low', eventType: 'a.b' } }, 'scope: at most one of webhookId, tier'],
    [{ scope: { tier: 'gold' } }, 'scope.tier: not one of critical'],
    [{ scope: { webhookId: foreign } }, 'scope.webhookId: no webhook of the account'],
    [{ scope: { account: false } }, 'scope.account: only true fits'],
    [{ channelIds: ['chn_1'] }, 'channelIds: "chn_1" is no id'],
    [{ channelIds: [newId('chn_', at(0))] }, 'channelIds: no channel of the account is chn_'],
    [{ cooldown: '-1h' }, 'cooldown: not a duration from 0s to 30d'],
    [{ quietHours: { from: '24:00', to: '07:00' } }, 'quietHours.from: not a time of day'],
    [{ quietHours: { from: '07:00', to: '07:00' } }, 'quietHours.to: the same as from'],
    [{ quietHours: { from: '22:00', to: '07:00', timeZone: 'Mars' } }, 'quietHours.timeZone'],
    [{ enabled: 'no' }, 'enabled: not true or false'],
  ] as const) {
    const making = rules.create({ ...usual, ...(changes as Partial<RuleInput>), accountId: 'a' });
    await expect(making).rejects.toThrow(InvalidInputError);
    await expect(making).rejects.toThrow(fault);
  }
  await expect(rules.update(rule.id, { threshold: 1 })).rejects.toThrow('resolveAt');
  await expect(rules.get(rule.id, { accountId: 'b' })).rejects.toThrow(NotFoundError);
  await expect(rules.remove(rule.id, { accountId: 'b' })).rejects.toThrow(NotFoundError);
  expect(await ledger.alertRule.count()).toBe(2);

  await rules.remove(rule.id);
  await expect(rules.get(rule.id)).rejects.toThrow(NotFoundError);
  await ledger.$executeRaw`
    INSERT INTO posthorn.alert_rules SELECT (r).* FROM (
      SELECT jsonb_populate_record(rule, jsonb_build_object('id',
        posthorn.sortable_id('rul_', now()))) AS r
      FROM posthorn.alert_rules AS rule, generate_series(1, 999)) AS copies`;
  await expect(rules.create({ ...usual, accountId: 'a' })).rejects.toThrow('1000 alert rules');
  await rules.create({ ...usual, scope: {}, accountId: 'b' });
});

describe('a dry run', () => {
  test('says which webhooks a rule would have fired for, when, and what it could not look at', async () => {
    const { posthorn, ledger, webhook, count } = await openAlerts(NOW);
    const { rules } = posthorn.alerts;
    const well = await webhook();
    const bad = await webhook({ url: 'https://bad.example' });
    await ledger.mark.create({ data: { name: 'rollup', at: at(-10) } });
    for (const [minutes, successes, failures] of [
      [-60, 10, 0],
      [-55, 2, 8],
      [-50, 0, 10],
      [-45, 10, 0],
      [-40, 10, 0],
      [-35, 30, 0],
    ] as const) {
      await count(well, { start: at(minutes), successes: 10 });
      await count(bad, { start: at(minutes), successes, failures });
    }
    await count(bad, { start: at(-5 * 1_440), span: 3_600, failures: 10 });
    await count(bad, { start: at(-5 * 1_440 + 60), span: 3_600, successes: 10 });
    const rate = { name: 'r', metric: 'successRate', comparison: 'below', accountId: 'a' } as const;
    const short = await rules.dryRun(
      { ...rate, threshold: 0.5, resolveAt: 0.9, window: '10m', minimum: 15 },
      { days: 30 },
    );
    expect(short).toMatchObject({ possible: true, webhooks: 2, fired: 1, to: at(0) });
    expect(short.subjects).toEqual([
      {
        webhookId: bad,
        url: 'https://bad.example',
        incidents: [{ openedAt: at(-45), resolvedAt: at(-35), value: 0.1 }],
      },
    ]);
    expect(short.notes.join()).toContain('kept for two days');
    expect(short.from.getTime()).toBeGreaterThan(at(-2 * 1_440).getTime());

    const long = await rules.dryRun({ ...rate, threshold: 0.3, window: '2h' }, { days: 30 });
    expect(long.subjects[0]?.incidents).toEqual([
      { openedAt: at(-5 * 1_440 + 60), resolvedAt: at(-5 * 1_440 + 120), value: 0 },
    ]);
    expect(long.notes.join()).toContain('hour by hour');
    const whole = await rules.dryRun(
      { ...rate, threshold: 0.6, window: '10m', scope: { account: true } },
      { days: 1 },
    );
    expect(whole).toMatchObject({ fired: 1, notes: [] });
    expect(whole.subjects).toMatchObject([
      { webhookId: null, incidents: [{ openedAt: at(-45), resolvedAt: at(-40), value: 0.55 }] },
    ]);
    expect(await ledger.incident.count()).toBe(0);
    await expect(rules.dryRun({ ...rate, threshold: 1 }, { days: 31 })).rejects.toThrow('days');
  });

  test('reads failures from attempts, breakers from the history, and exhausted deliveries', async () => {
    const { posthorn, ledger, webhook } = await openAlerts(NOW);
    const id = await webhook();
    for (const [minutes, outcome] of [
      [-300, 'ok'],
      ...[-290, -280, -270, -260].map((minute) => [minute, 'http'] as const),
      [-250, 'ok'],
      [-100, 'http'],
      [-90, 'ok'],
      [-80, 'http'],
    ] as const) {
      const [deliveryId, startedAt] = [newId('dlv_', at(minutes)), at(minutes)];
      const attempt = { deliveryId, webhookId: id, number: 1, outcome, startedAt, durationMs: 1 };
      await ledger.attempt.create({ data: { id: newId('att_', at(minutes)), ...attempt } });
    }
    for (const minutes of [-200, -199, -50]) {
      const [deliveryId, time] = [newId('dlv_', at(minutes)), at(minutes)];
      const times = { dueAt: time, createdAt: time, endedAt: time };
      const given = { id: deliveryId, eventId: 'evt_1', webhookId: id, accountId: 'a' };
      await ledger.delivery.create({ data: { ...given, ...times, status: 'exhausted' } });
    }
    for (const [minutes, type] of [
      [-120, 'webhook.failing'],
      [-100, 'webhook.recovered'],
      [-20, 'webhook.failing'],
    ] as const) {
      const notice = { accountId: 'a', webhookId: id, type, actor: 'posthorn', detail: 'd' };
      await ledger.notice.create({
        data: { ...notice, id: newId('ntc_', at(minutes)), at: at(minutes) },
      });
    }
    const run = (metric: RuleInput['metric'], threshold: number | string) =>
      posthorn.alerts.rules.dryRun(
        { name: 'r', metric, comparison: 'above', threshold, window: '10m', accountId: 'a' },
        { days: 1 },
      );
    const incidents = async (metric: RuleInput['metric'], threshold: number | string) =>
      (await run(metric, threshold)).subjects[0]?.incidents;
    expect(await incidents('consecutiveFailures', 2)).toEqual([
      { openedAt: at(-270), resolvedAt: at(-250), value: 3 },
    ]);
    expect(await incidents('consecutiveFailures', 4)).toBeUndefined();
    expect(await incidents('timeSinceLastSuccess', '45m')).toEqual([
      { openedAt: at(-255), resolvedAt: at(-250), value: 45 * 60_000 },
      { openedAt: at(-100), resolvedAt: at(-90), value: 150 * 60_000 },
      { openedAt: at(-45), resolvedAt: null, value: 45 * 60_000 },
    ]);
    expect(await incidents('exhaustedDeliveries', 1)).toEqual([
      { openedAt: at(-199), resolvedAt: at(-190), value: 2 },
    ]);
    expect(await incidents('breakerOpen', '15m')).toEqual([
      { openedAt: at(-105), resolvedAt: at(-100), value: 900 },
      { openedAt: at(-5), resolvedAt: null, value: 900 },
    ]);
    // Of what a webhook may have much of, no more is read than is shown.
    const time = { from: at(-1_440), to: at(0) };
    const wanted = { length: 1, lastingMs: 0, most: 2 };
    const runs = await readFailureRuns(ledger, [id], time, wanted);
    expect(runs.get(id)?.map(({ first }) => first)).toEqual([at(-290), at(-100)]);
    const opened = await readOpenBreakers(ledger, [id], time, { lastingMs: 0, most: 1 });
    expect(opened.get(id)?.map(({ since }) => since)).toEqual([at(-120)]);
    const pending = await run('pendingAgeSeconds', 60);
    expect(pending).toMatchObject({ possible: false, subjects: [] });
    expect(pending.notes.join()).toContain('can only be looked at now');
  });
});
