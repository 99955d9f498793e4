import { describe, expect, test } from 'vitest';
import { type PastCounts, replayCounts, replayStates } from '../../src/domain/alert-replay.js';
import { type Condition, judge } from '../../src/domain/alert-rule.js';
import { isQuiet, mayTell } from '../../src/domain/alert-telling.js';
import { endInWords, openingInWords } from '../../src/domain/alert-text.js';
import { JUDGEMENTS } from '../support/alert-cases.js';

test.each(JUDGEMENTS)('%o', ({ condition, sample, isOpen, judgement }) => {
  expect(judge(condition, sample, isOpen)).toBe(judgement);
});

describe('quiet hours', () => {
  const berlin = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' };
  test.each([
    // Winter: UTC+1.
    [berlin, '2026-01-10T20:59:59Z', false],
    [berlin, '2026-01-10T21:00:00Z', true],
    [berlin, '2026-01-11T05:59:59Z', true],
    [berlin, '2026-01-11T06:00:00Z', false],
    // In the night of March 29 the clocks go forward: they end an hour earlier in UTC.
    [berlin, '2026-03-28T21:00:00Z', true],
    [berlin, '2026-03-29T04:59:59Z', true],
    [berlin, '2026-03-29T05:00:00Z', false],
    // In the night of October 25 they go back.
    [berlin, '2026-10-24T20:00:00Z', true],
    [berlin, '2026-10-25T05:59:59Z', true],
    [berlin, '2026-10-25T06:00:00Z', false],
    // Within one day, and at midnight.
    [{ from: '12:00', to: '13:30', timeZone: 'UTC' }, '2026-01-10T13:29:00Z', true],
    [{ from: '12:00', to: '13:30', timeZone: 'UTC' }, '2026-01-10T13:30:00Z', false],
    [{ from: '00:00', to: '06:00', timeZone: 'UTC' }, '2026-01-10T00:00:00Z', true],
    [{ from: '18:00', to: '00:00', timeZone: 'UTC' }, '2026-01-10T00:00:00Z', false],
  ])('%o at %s: %s', (quiet, at, expected) => {
    expect(isQuiet(quiet, new Date(at))).toBe(expected);
  });

  const noon = new Date('2026-01-10T12:00:00Z');
  const hour = { quietHours: null, cooldownMs: 3_600_000 };
  const hushed = { from: '11:00', to: '13:00', timeZone: 'UTC' };
  test.each([
    ['opening', { ...hour, lastEnd: null }, true],
    ['opening', { ...hour, lastEnd: new Date('2026-01-10T11:00:01Z') }, false],
    ['opening', { ...hour, lastEnd: new Date('2026-01-10T11:00:00Z') }, true],
    ['end', { ...hour, lastEnd: noon }, true],
    ['opening', { cooldownMs: 0, lastEnd: noon, quietHours: null }, true],
    ['opening', { cooldownMs: 0, lastEnd: null, quietHours: hushed }, false],
    ['end', { cooldownMs: 0, lastEnd: null, quietHours: hushed }, false],
  ] as const)('of the %s with %o: %s', (what, telling, expected) => {
    expect(mayTell(what, telling, noon)).toBe(expected);
  });
});

describe('a replay', () => {
  const at = (minutes: number) => new Date(Date.UTC(2026, 0, 1) + minutes * 60_000);
  const counts = (minutes: number, successes: number, failures: number): PastCounts => ({
    end: at(minutes),
    successes,
    failures,
    buckets: [4],
    counts: [successes + failures],
    exhausted: failures,
  });
  const rate: Condition = {
    metric: 'successRate',
    comparison: 'below',
    threshold: 0.5,
    resolveAt: 0.9,
    windowMs: 15 * 60_000,
    minimum: 10,
  };
  const past = [counts(5, 10, 0), counts(10, 0, 20), counts(20, 4, 0), counts(30, 100, 0)];

  test('slides the window over what was counted', () => {
    const time = { from: at(0), to: at(60) };
    // At 10: 10 of 30. At 25 only 4 attempts are left, too few to resolve. At 30 all is well.
    expect(replayCounts(rate, past, time)).toEqual([
      { openedAt: at(10), resolvedAt: at(30), value: 10 / 30 },
    ]);
    const exhausted = { ...rate, metric: 'exhaustedDeliveries', comparison: 'above' } as const;
    const strict = { ...exhausted, threshold: 5, resolveAt: null, minimum: 0 };
    expect(replayCounts(strict, past, time)).toEqual([
      { openedAt: at(10), resolvedAt: at(25), value: 20 },
    ]);
    const slow = { ...strict, metric: 'p95LatencyMs', threshold: 1.9 } as const;
    expect(replayCounts(slow, past, { from: at(12), to: at(26) })).toEqual([
      { openedAt: at(12), resolvedAt: null, value: expect.closeTo(1.984, 2) },
    ]);
  });

  test('opens what lasted too long, once it did', () => {
    const states = [
      { since: at(0), from: at(5), until: at(9) },
      { since: at(10), from: at(12), until: at(40) },
      { since: at(40), from: at(55), until: null },
    ];
    const longest = { ms: 600_000, unitMs: 1_000 };
    expect(replayStates(states, longest, { from: at(0), to: at(60) })).toEqual([
      { openedAt: at(20), resolvedAt: at(40), value: 600 },
      { openedAt: at(55), resolvedAt: null, value: 900 },
    ]);
  });
});

test('an incident says in words what opened it and what ended it', () => {
  const rule = {
    metric: 'successRate',
    comparison: 'below',
    threshold: 0.9,
    windowMs: 3_600_000,
  } as const;
  expect(openingInWords(rule, 0.42)).toBe('success rate over 1h: 42%, below 90%');
  const quiet = { ...rule, metric: 'timeSinceLastSuccess', comparison: 'above' } as const;
  expect(openingInWords({ ...quiet, threshold: 3_600_000 }, 7_500_000)).toBe(
    'time since the last success: 2 hours 5 minutes, above 1 hour',
  );
  expect(endInWords(rule, 'recovered', 0.953)).toBe('success rate is back at 95.3%');
  expect(endInWords(rule, 'deactivated', 0)).toBe('the webhook was deactivated');
});
