import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_RETRY_AFTER_MS, parseRetryAfter } from '../../src/domain/retry-after.js';

const NOW = new Date('2026-11-23T12:00:00Z');

describe('parseRetryAfter', () => {
  test.each([
    ['0', 0],
    ['120', 120_000],
    [' 7 ', 7_000],
    ['1.5', 1_500],
    ['64.5701', 64_571],
    ['086400', MAX_RETRY_AFTER_MS],
    ['86401', MAX_RETRY_AFTER_MS],
    ['9999999999', MAX_RETRY_AFTER_MS],
    ['Mon, 23 Nov 2026 12:00:30 GMT', 30_000],
    ['Mon, 23 Nov 2026 12:00:60 GMT', 60_000],
    ['Monday, 23-Nov-26 13:00:00 GMT', 3_600_000],
    ['Wednesday, 23-Nov-77 13:00:00 GMT', 0],
    ['Mon Nov 23 12:01:00 2026', 60_000],
    ['Sun Nov  6 08:49:37 1994', 0],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
    ['Fri, 31 Dec 9999 23:59:59 GMT', MAX_RETRY_AFTER_MS],
  ])('reads "%s" as %i ms', (value, expected) => {
    expect(parseRetryAfter(value, NOW)).toBe(expected);
  });

  test.each([
    undefined,
    '',
    '-1',
    '+5',
    '1.',
    '.5',
    '1.5.5',
    '1e3',
    '0x10',
    '99999999999',
    'soon',
    '120, 240',
    '120 seconds',
    '2026-11-23T12:00:30Z',
    'Mon, 23 Nov 2026 12:00:30',
    'Mon, 23 Nov 2026 12:00:30 +0000',
    'Mon, 31 Feb 2026 12:00:30 GMT',
    'Mon, 00 Nov 2026 12:00:30 GMT',
    'Mon, 23 Nov 2026 24:00:00 GMT',
    'Mon, 23 Nov 2026 12:60:00 GMT',
    'Mon, 23 Foo 2026 12:00:30 GMT',
  ])('reads nothing from %j', (value) => {
    expect(parseRetryAfter(value, NOW)).toBeNull();
  });

  test('reads back the date of any time of the next day', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 86_400 }), (seconds) => {
        const at = new Date(NOW.getTime() + seconds * 1_000);
        expect(parseRetryAfter(at.toUTCString(), NOW)).toBe(seconds * 1_000);
      }),
    );
  });

  test('never throws and never leaves its bounds', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const waitMs = parseRetryAfter(value, NOW);
        expect(waitMs === null || (waitMs >= 0 && waitMs <= MAX_RETRY_AFTER_MS)).toBe(true);
      }),
    );
  });
});
