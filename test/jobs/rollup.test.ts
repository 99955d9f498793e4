import { expect, test } from 'vitest';
import { newId } from '../../src/domain/id.js';
import { createPosthorn } from '../../src/posthorn.js';
import { openTestPosthorn } from '../support/posthorn.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const OUTCOMES = ['ok', 'ok', 'ok', 'timeout', 'http_status'];

/** Numbers that look random and are the same in every run. */
function numbers(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

test('figures are those of the attempts, however often, late and by however many they are counted', async () => {
  let now = new Date('2026-03-01T10:20:00Z');
  const clock = () => now;
  const { posthorn, ledger, options } = await openTestPosthorn({ timeout: '15s' }, { clock });
  const other = await createPosthorn(options, { clock });
  const { webhook } = await posthorn.webhooks.register({ url: 'https://example.com/a' });
  const { webhook: quiet } = await posthorn.webhooks.register({ url: 'https://example.com/b' });
  const random = numbers(7);
  const all: { at: Date; outcome: string; durationMs: number }[] = [];

  /** Records attempts that began in the minutes before now. */
  async function attempt(count: number, minutes: number): Promise<void> {
    const made = Array.from({ length: count }, () => ({
      at: new Date(now.getTime() - random(minutes * MINUTE_MS)),
      outcome: OUTCOMES[random(OUTCOMES.length)] ?? 'ok',
      durationMs: random(4) === 0 ? random(20_000) : random(200),
    }));
    all.push(...made);
    await ledger.attempt.createMany({
      data: made.map(({ at, outcome, durationMs }) => ({
        id: newId('att_', at),
        deliveryId: newId('dlv_', at),
        webhookId: webhook.id,
        number: 1,
        outcome,
        startedAt: at,
        durationMs,
      })),
    });
  }

  async function check(windowMs: number): Promise<void> {
    const { from, to, ...stats } = await posthorn.stats.of(webhook.id, { windowMs });
    const fitting = all.filter(({ at }) => at >= from && at < to);
    const sum = fitting.reduce((total, { durationMs }) => total + durationMs, 0);
    const classes: Record<string, number> = {};
    for (const { outcome } of fitting) {
      if (outcome !== 'ok') classes[outcome] = (classes[outcome] ?? 0) + 1;
    }
    const successes = fitting.filter(({ outcome }) => outcome === 'ok').length;
    expect(from.getTime()).toBeLessThanOrEqual(to.getTime() - windowMs);
    expect(from.getTime()).toBeGreaterThan(to.getTime() - windowMs - HOUR_MS);
    expect(stats).toMatchObject({
      attempts: fitting.length,
      successes,
      failures: fitting.length - successes,
      failuresByClass: classes,
      successRate: successes / fitting.length,
    });
    expect(stats.latencyMs.mean).toBeCloseTo(sum / fitting.length, 0);
    const durations = fitting.map(({ durationMs }) => durationMs).toSorted((a, b) => a - b);
    const p95 = durations[Math.ceil(durations.length * 0.95) - 1] ?? 0;
    expect(stats.latencyMs.p95).toBeGreaterThan(p95 / 1.2 - 1);
    expect(stats.latencyMs.p95).toBeLessThan(p95 * 1.2 + 1);
  }

  const count = () => Promise.all([posthorn.runJob('rollup'), other.runJob('rollup')]);
  await posthorn.runJob('partitions');
  for (let step = 0; step < 3; step += 1) {
    await attempt(40, 4);
    await count();
    await count();
    // What began before the last count is recorded after it.
    await attempt(10, 2);
    now = new Date(now.getTime() + 5 * MINUTE_MS);
    await count();
  }
  await check(HOUR_MS);
  // No scheduler for a day and a half, across a midnight, while attempts go on.
  for (let hour = 0; hour < 36; hour += 1) {
    now = new Date(now.getTime() + HOUR_MS);
    await attempt(10, 60);
  }
  await posthorn.runJob('partitions');
  await count();
  await check(2 * HOUR_MS);
  await check(DAY_MS);
  await check(3 * DAY_MS);
  const { series } = await posthorn.stats.of(webhook.id, { windowMs: 3 * DAY_MS, step: 'day' });
  expect(series.map(({ attempts }) => attempts).reduce((sum, each) => sum + each)).toBe(all.length);
  expect(series.map(({ start }) => start.toISOString().slice(8, 13))).toEqual(['01T00', '02T00']);

  // A week later five minutes are forgotten, hours and days are not; counting again changes nothing.
  now = new Date(now.getTime() + 7 * DAY_MS);
  await count();
  expect(await ledger.webhookStats.count({ where: { span: 300 } })).toBe(0);
  const before = await ledger.webhookStats.findMany({
    orderBy: [{ span: 'asc' }, { start: 'asc' }],
  });
  await posthorn.rollup.recompute(new Date('2026-02-01T00:00:00Z'));
  const rows = { where: { span: { gt: 300 } } };
  const again = await ledger.webhookStats.findMany({
    ...rows,
    orderBy: [{ span: 'asc' }, { start: 'asc' }],
  });
  expect(again).toEqual(before);
  await check(10 * DAY_MS);
  expect(await posthorn.stats.of(quiet.id)).toMatchObject({ attempts: 0, successRate: null });

  await posthorn.webhooks.delete(webhook.id);
  await posthorn.runJob('cleanup');
  expect(await ledger.webhookStats.count({ where: { webhookId: webhook.id, span: 86_400 } })).toBe(
    0,
  );
  await expect(posthorn.stats.of(webhook.id)).rejects.toThrow('there is no webhook');
  await expect(posthorn.stats.of(quiet.id, { windowMs: -1 })).rejects.toThrow(
    'the window does not fit',
  );
  await other.stop();
});
