import { describe, expect, test } from 'vitest';
import { METRICS } from '../../src/domain/alert-rule.js';
import { quantile } from '../../src/domain/histogram.js';
import { newId } from '../../src/domain/id.js';
import { JUDGEMENTS } from '../support/alert-cases.js';
import { openAlerts } from '../support/alerts.js';

const NOW = '2026-05-05T12:00:00Z';
const at = (minutes: number) => new Date(new Date(NOW).getTime() + minutes * 60_000);

describe('the evaluation of alert rules', () => {
  test('judges as the table of the domain says', async () => {
    const { posthorn, ledger, webhook, count, rule } = await openAlerts(NOW);
    const expected = new Map<string, boolean>();
    for (const { condition, sample, isOpen, judgement } of JUDGEMENTS) {
      const accountId = `account-${expected.size}`;
      const webhookId = await webhook({ accountId });
      const successes = Math.round((sample.value ?? 0) * sample.attempts);
      if (sample.attempts > 0) {
        await count(webhookId, { successes, failures: sample.attempts - successes });
      }
      const ruleId = await rule({ ...condition, metric: 'successRate', accountId });
      if (isOpen) {
        const values = { value: 0.1, lastValue: 0.1, openedAt: at(-60) };
        const id = newId('inc_', at(-60));
        await ledger.incident.create({
          data: { id, accountId, ruleId, subject: webhookId, webhookId, ...values },
        });
      }
      expected.set(ruleId, judgement === 'open' || judgement === 'stay');
    }
    await posthorn.alerts.evaluate();
    const open = await ledger.incident.findMany({ where: { resolvedAt: null } });
    const found = new Set(open.map(({ ruleId }) => ruleId));
    expect(new Map([...expected.keys()].map((id) => [id, found.has(id)]))).toEqual(expected);
  });

  test('reads every metric, of a webhook and of a whole account', async () => {
    const { posthorn, ledger, webhook, count, rule } = await openAlerts(NOW);
    const failing = { failingSince: at(-30), activeSince: at(-600) };
    const one = await webhook({ ...failing, lastSuccess: at(-45), consecutiveFailures: 7 });
    const other = await webhook({ activeSince: at(-600), lastSuccess: at(-20) });
    const inactive = await webhook({ active: false, consecutiveFailures: 9, ...failing });
    await count(one, { successes: 1, failures: 3, buckets: [8, 40], bucketCounts: [3, 1] });
    await count(one, { start: at(-56), failures: 4, buckets: [20], bucketCounts: [4] });
    // Out of the window of an hour, and hours that are summed up after it.
    await count(one, { start: at(-66), failures: 100, buckets: [90], bucketCounts: [100] });
    await count(one, {
      start: at(-600),
      span: 3_600,
      successes: 32,
      buckets: [4],
      bucketCounts: [32],
    });
    await count(one, { start: at(-60), span: 3_600, failures: 7 });
    await count(other, { successes: 12, buckets: [8], bucketCounts: [12] });
    await count(inactive, { failures: 5, buckets: [60], bucketCounts: [5] });
    await ledger.mark.create({ data: { name: 'rollup', at: at(-58) } });
    await posthorn.webhooks.list();
    for (const [minutes, status, webhookId] of [
      [-12, 'pending', one],
      [-5, 'pending', one],
      [5, 'pending', one],
      [-90, 'exhausted', one],
      [-59, 'exhausted', one],
      [-1, 'exhausted', one],
      [-3, 'exhausted', other],
      [-3, 'delivered', other],
    ] as const) {
      const id = newId('dlv_', at(minutes));
      const ended = status === 'pending' ? null : at(minutes);
      const times = { dueAt: at(minutes), createdAt: at(-100), endedAt: ended };
      await ledger.delivery.create({
        data: { id, eventId: 'evt_1', webhookId, accountId: 'a', status, ...times },
      });
    }
    const since = { since: at(-8), allowance: 1 };
    await ledger.hold.create({ data: { webhookId: one, state: 'half_open', ...since } });
    await ledger.hold.create({ data: { webhookId: other, state: 'pacing', ...since } });

    for (const scope of [{}, { account: true as const }]) {
      for (const metric of METRICS) {
        const comparison = metric === 'successRate' ? 'below' : 'above';
        const threshold = metric === 'successRate' ? 1 : 0;
        await rule({ name: metric, metric, comparison, threshold, scope });
      }
      const rate = { metric: 'successRate', comparison: 'below', threshold: 1, scope } as const;
      await rule({ ...rate, name: 'long', window: '12h' });
      await rule({ name: 'minimum', threshold: 0, minimum: 21, scope });
      await rule({ name: 'reached', threshold: 0, minimum: 8, scope });
    }
    await posthorn.alerts.evaluate();
    const { data } = await posthorn.alerts.incidents.list({ limit: 100 });
    const values = (webhookId: string | null) =>
      Object.fromEntries(
        data
          .filter((incident) => incident.webhookId === webhookId)
          .map(({ ruleName, value }) => [ruleName, value]),
      );
    const p95 = quantile({ buckets: [8, 20, 40], counts: [3, 4, 1] }, 0.95);
    expect(values(one)).toEqual({
      consecutiveFailures: 7,
      successRate: 1 / 8,
      p95LatencyMs: expect.closeTo(p95 ?? 0, 6),
      timeSinceLastSuccess: 45 * 60_000,
      pendingAgeSeconds: 12 * 60,
      exhaustedDeliveries: 2,
      breakerOpen: 8 * 60,
      // 8 attempts in five minutes each since the last hour that is summed up, 32 in hours before.
      long: 33 / 40,
      reached: 7,
    });
    expect(values(other)).toEqual({
      p95LatencyMs: expect.closeTo(quantile({ buckets: [8], counts: [12] }, 0.95) ?? 0, 6),
      exhaustedDeliveries: 1,
    });
    const merged = quantile({ buckets: [8, 20, 40], counts: [15, 4, 1] }, 0.95);
    expect(values(null)).toEqual({
      consecutiveFailures: 7,
      successRate: 13 / 20,
      p95LatencyMs: expect.closeTo(merged ?? 0, 6),
      timeSinceLastSuccess: 20 * 60_000,
      pendingAgeSeconds: 12 * 60,
      exhaustedDeliveries: 3,
      breakerOpen: 8 * 60,
      long: 45 / 52,
      reached: 7,
    });
    expect(data.map(({ webhookId }) => webhookId)).not.toContain(inactive);
  });

  test('looks at what its scope says, and at nothing else', async () => {
    const { posthorn, webhook, rule, open } = await openAlerts(NOW);
    const failing = { consecutiveFailures: 3 };
    const exact = { eventTypes: ['a.b'], eventTypePattern: '^(a\\.b)$' };
    const wild = { eventTypes: ['a.*'], eventTypePattern: '^(a\\.[a-z]+)$' };
    const low = await webhook({ ...failing, ...exact, tier: 'low' });
    const all = await webhook({ ...failing, operational: true });
    const some = await webhook({ ...failing, ...wild });
    await webhook();
    await webhook({ ...failing, accountId: 'other' });
    const rules = await Promise.all([
      rule(),
      rule({ scope: { webhookId: some } }),
      rule({ scope: { tier: 'low' } }),
      rule({ scope: { eventType: 'a.b' } }),
      rule({ scope: { eventType: 'a.c' } }),
      rule({ scope: { account: true }, threshold: 8 }),
      rule({ scope: { account: true }, threshold: 9 }),
      rule({ enabled: false }),
    ]);
    expect(await posthorn.alerts.evaluate()).toMatchObject({ opened: 11, told: 11 });
    const found = await Promise.all(rules.map(open));
    expect(found).toEqual([
      [low, all, some].toSorted(),
      [some],
      [low],
      [low, all, some].toSorted(),
      [all, some].toSorted(),
      ['a'],
      [],
      [],
    ]);
  });

  test('opens an incident once and resolves it once, whoever evaluates at the same time', async () => {
    const { posthorn, ledger, webhook, rule, told, setTime } = await openAlerts(NOW);
    const ids = await Promise.all([1, 2, 3, 4].map(() => webhook({ consecutiveFailures: 3 })));
    await rule();
    const three = () => Promise.all([1, 2, 3].map(() => posthorn.alerts.evaluate()));
    const sum = (runs: { opened: number; resolved: number; told: number }[]) =>
      runs.reduce((one, other) => ({
        opened: one.opened + other.opened,
        resolved: one.resolved + other.resolved,
        told: one.told + other.told,
      }));
    expect(sum(await three())).toEqual({ opened: 4, resolved: 0, told: 4 });
    expect(sum(await three())).toEqual({ opened: 0, resolved: 0, told: 0 });
    await ledger.webhook.update({ where: { id: ids[0] ?? '' }, data: { consecutiveFailures: 0 } });
    setTime(at(24 * 60));
    expect(sum(await three())).toEqual({ opened: 0, resolved: 1, told: 1 });
    expect((await told()).at(-1)).toBe('incident.resolved: failed attempts in a row is back at 0');
    const notice = await ledger.notice.findFirstOrThrow({ where: { type: 'incident.opened' } });
    expect(notice).toMatchObject({
      accountId: 'a',
      actor: 'posthorn',
      detail: 'failed attempts in a row: 3, above 2',
      data: { metric: 'consecutiveFailures', threshold: 2, value: 3, channelIds: [] },
    });
    expect(await posthorn.metrics.text()).toContain('posthorn_incidents_total{change="opened"} 4');
  });

  test('resolves the incident of a webhook or a rule that is no more, and says why', async () => {
    const { posthorn, ledger, webhook, rule, told } = await openAlerts(NOW);
    const { rules, incidents } = posthorn.alerts;
    const failing = { consecutiveFailures: 3 };
    const [off, gone, moved] = [
      await webhook(failing),
      await webhook(failing),
      await webhook(failing),
    ];
    const removed = await rule({ name: 'removed', scope: { webhookId: moved } });
    const disabled = await rule({ name: 'disabled', scope: { webhookId: moved } });
    const narrowed = await rule({ name: 'narrowed' });
    expect(await posthorn.alerts.evaluate()).toMatchObject({ opened: 5, told: 5 });
    await posthorn.webhooks.deactivate(off);
    await posthorn.webhooks.delete(gone);
    await rules.update(narrowed, { scope: { tier: 'low' } });
    await rules.update(disabled, { enabled: false });
    await rules.remove(removed);
    expect(await posthorn.alerts.evaluate()).toMatchObject({ resolved: 4, told: 4 });
    const { data } = await incidents.list();
    expect(
      data.map(({ ruleName, webhookId, resolution }) => [ruleName, webhookId, resolution]),
    ).toEqual(
      expect.arrayContaining([
        ['narrowed', off, 'deactivated'],
        ['narrowed', gone, 'deleted'],
        ['narrowed', moved, 'uncovered'],
        ['disabled', moved, 'disabled'],
      ]),
    );
    const ends = (await told()).filter((text) => text.startsWith('incident.resolved'));
    expect(ends.toSorted()).toEqual([
      'incident.resolved: the rule does not cover it any more',
      'incident.resolved: the rule was disabled',
      'incident.resolved: the rule was removed',
      'incident.resolved: the webhook was deactivated',
      'incident.resolved: the webhook was deleted',
    ]);
    expect(await ledger.incident.count({ where: { ruleId: removed } })).toBe(0);
  });
});
