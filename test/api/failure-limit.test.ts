import { expect, test } from 'vitest';
import { createFailureLimit } from '../../src/api/failure-limit.js';

test('ten failures within a minute refuse a client until that minute is over', () => {
  let nowMs = 1_000;
  const limit = createFailureLimit(() => nowMs);
  for (let failure = 1; failure <= 9; failure += 1) {
    limit.add('a');
    nowMs += 1_000;
  }
  expect(limit.refusedForMs('a')).toBe(0);
  limit.add('a');
  expect(limit.refusedForMs('a')).toBe(51_000);
  expect(limit.refusedForMs('b')).toBe(0);
  nowMs += 50_999;
  expect(limit.refusedForMs('a')).toBe(1);
  nowMs += 2;
  expect(limit.refusedForMs('a')).toBe(0);
  limit.add('a');
  expect(limit.refusedForMs('a')).toBe(0);
});

test('failures that are far apart refuse nobody', () => {
  let nowMs = 1_000;
  const limit = createFailureLimit(() => nowMs);
  for (let failure = 1; failure <= 100; failure += 1) {
    limit.add('a');
    expect(limit.refusedForMs('a')).toBe(0);
    nowMs += 7_000;
  }
});

test('clients without number take no more memory than the most that are counted', () => {
  const limit = createFailureLimit(() => 1_000);
  for (let failure = 0; failure < 10; failure += 1) limit.add('first');
  expect(limit.refusedForMs('first')).toBeGreaterThan(0);
  for (let client = 0; client < 10_000; client += 1) limit.add(`client ${client}`);
  expect(limit.refusedForMs('first')).toBe(0);
});
