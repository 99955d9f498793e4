import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Answer,
  adaptLimit,
  firstLimit,
  type InFlightLimit,
  loadOf,
} from '../../src/domain/in-flight-limit.js';

const bounds = { least: 1, most: 100 };

/** An answer that came `at` after 10 ms, with all places taken. */
function answer(at: number, overrides: Partial<Answer> = {}): Answer {
  return { startedAt: at, durationMs: 10, kind: 'ok', inFlight: 100, ...overrides };
}

/** Adapts through a number of rounds; in each, as many answers come together as the limit allows. */
function rounds(count: number, overrides: Partial<Answer>, from = firstLimit(bounds)) {
  let known: InFlightLimit = from;
  for (let round = 0; round < count; round += 1) {
    const inFlight = Math.floor(known.limit);
    const startedAt = known.cutAt === Number.NEGATIVE_INFINITY ? round * 1_000 : known.cutAt + 1;
    for (let n = 0; n < inFlight; n += 1) {
      known = adaptLimit(known, answer(startedAt, { inFlight, ...overrides }), bounds);
    }
  }
  return known;
}

describe('the limit of what may be in flight', () => {
  test('begins at 20, within its bounds', () => {
    expect(firstLimit(bounds).limit).toBe(20);
    expect(firstLimit({ least: 1, most: 5 }).limit).toBe(5);
    expect(firstLimit({ least: 50, most: 100 }).limit).toBe(50);
  });

  test('grows by equal steps while answers are quick, up to the most', () => {
    const limits = [1, 2, 3, 10].map((count) => Math.round(rounds(count, {}).limit));
    expect(limits[0]).toBeGreaterThanOrEqual(34);
    expect((limits[2] ?? 0) - (limits[1] ?? 0)).toBeLessThanOrEqual(21);
    expect(limits[3]).toBe(100);
  });

  test('does not grow where it is not needed', () => {
    expect(rounds(5, { inFlight: 3 }).limit).toBe(20);
  });

  test('is halved by an overload, once for all that was in flight together', () => {
    const known = rounds(1, { kind: 'overloaded' });
    expect(known.limit).toBe(10);
    expect(rounds(1, { kind: 'overloaded' }, known).limit).toBe(5);
    expect(rounds(20, { kind: 'overloaded' }, known).limit).toBe(1);
  });

  test('is cut a little when answers take much longer than usual, and gets used to it', () => {
    const quick = rounds(10, {});
    const slow = rounds(3, { durationMs: 400 }, quick);
    expect(slow.limit).toBeLessThan(quick.limit * 0.8);
    expect(rounds(60, { durationMs: 400 }, slow).limit).toBe(100);
  });

  test('says nothing by a failure that is no overload', () => {
    const known = firstLimit(bounds);
    expect(adaptLimit(known, answer(0, { kind: 'failed' }), bounds)).toBe(known);
  });

  test('never leaves its bounds', () => {
    const answers = fc.record({
      startedAt: fc.integer({ min: 0, max: 1_000_000 }),
      durationMs: fc.integer({ min: 0, max: 60_000 }),
      kind: fc.constantFrom('ok', 'failed', 'overloaded'),
      inFlight: fc.integer({ min: 1, max: 200 }),
    });
    fc.assert(
      fc.property(fc.array(answers, { maxLength: 200 }), (all) => {
        const within = { least: 2, most: 50 };
        let known = firstLimit(within);
        for (const each of all) {
          known = adaptLimit(known, each, within);
          expect(known.limit).toBeGreaterThanOrEqual(2);
          expect(known.limit).toBeLessThanOrEqual(50);
        }
      }),
    );
  });
});

test.each([
  ['timeout', null, 'overloaded'],
  ['reset', null, 'overloaded'],
  ['http_status', 429, 'overloaded'],
  ['http_status', 503, 'overloaded'],
  ['http_status', 500, 'failed'],
  ['http_status', 404, 'failed'],
  ['refused', null, 'failed'],
  ['dns', null, 'failed'],
] as const)('%s %s says: %s', (errorClass, statusCode, load) => {
  const rest = { message: '', retryAfterMs: null, responseExcerpt: null };
  expect(loadOf({ kind: 'failed', errorClass, statusCode, ...rest })).toBe(load);
});
