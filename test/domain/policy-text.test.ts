import { expect, test } from 'vitest';
import { readSettings } from '../../src/config.js';
import { durationInWords, listInWords, policySentences } from '../../src/domain/policy-text.js';

const DAY_MS = 86_400_000;

const CONTEXT = {
  breakerPauseMs: 30_000,
  longestBreakerPauseMs: 1_800_000,
  zombieSchedule: '0 3 * * *',
  testIntervalMs: 3_600_000,
  longestTestIntervalMs: DAY_MS,
  testGiveUpMs: 90 * DAY_MS,
  archived: false,
};

test.each([
  [0, '0ms'],
  [250, '250ms'],
  [1_000, '1 second'],
  [90_000, '1 minute 30 seconds'],
  [DAY_MS, '1 day'],
  [DAY_MS + 5 * 3_600_000 + 59_000, '1 day 5 hours'],
  [365 * DAY_MS, '365 days'],
])('%i ms in words is %s', (ms, words) => {
  expect(durationInWords(ms)).toBe(words);
});

test('a list in words has "and" before its last', () => {
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listInWords)).toEqual([
    '',
    'a',
    'a and b',
    'a, b and c',
  ]);
});

test('the policy in words says what its settings say', () => {
  const { policies } = readSettings(
    { zombieAfterLow: '10d', warnAtLow: '50%, 1d', retryAttemptsLow: 3, reactivate: 'off' },
    {},
  );
  const text = policySentences('low', policies.low, CONTEXT).join('\n');
  for (const part of [
    'after 5 seconds, then after 4 times as long each time, at most 12 hours: 3 attempts in all',
    'over about 25 seconds',
    'warned after 5 days and 9 days without a success',
    'no success for 10 days',
    '"0 3 * * *"',
    'its owner reactivates it',
    'for 90 days',
  ]) {
    expect(text).toContain(part);
  }
  expect(text).not.toContain('archive');
});

test('what never happens is said', () => {
  const { policies } = readSettings({ warnAt: 'none' }, {});
  const context = { ...CONTEXT, testGiveUpMs: 0, archived: true };
  const text = policySentences('standard', policies.standard, context).join('\n');
  expect(text).toContain('Nobody is warned');
  expect(text).toContain('is not tested');
  expect(text).toContain('from the archive after that');
});
