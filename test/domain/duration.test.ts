import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../src/domain/duration.js';

describe('parseDuration', () => {
  test.each([
    ['250ms', 250],
    ['5s', 5_000],
    ['1.5s', 1_500],
    ['30m', 1_800_000],
    ['12h', 43_200_000],
    ['365d', 31_536_000_000],
    ['0s', 0],
    [' 5s ', 5_000],
  ])('%s is %d ms', (text, durationMs) => {
    expect(parseDuration(text)).toBe(durationMs);
  });

  test.each(['', '5', 's', '-5s', '5 s', '5sec', '1e3s', '5s5s', '∞d'])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('formatDuration', () => {
  test.each([
    [250, '250ms'],
    [90_000, '90s'],
    [3_600_000, '1h'],
    [0, '0ms'],
  ])('%d ms is %s', (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text);
  });

  test('writes what parseDuration reads', () => {
    fc.assert(
      fc.property(fc.nat(), (durationMs) => {
        expect(parseDuration(formatDuration(durationMs))).toBe(durationMs);
      }),
    );
  });
});
