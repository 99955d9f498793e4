import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Failure } from '../../src/domain/outcome.js';
import { retryDelayMs } from '../../src/domain/retry-schedule.js';
import { judge } from '../../src/domain/verdict.js';

const schedule = { baseMs: 5_000, factor: 4, capMs: 43_200_000, attempts: 12 };
const MIDDLE = 0.5; // no jitter

function failure(overrides: Partial<Failure> = {}): Failure {
  return {
    kind: 'failed',
    errorClass: 'http_status',
    statusCode: 500,
    message: 'answered 500',
    retryAfterMs: null,
    responseExcerpt: '',
    ...overrides,
  };
}

describe('the default schedule', () => {
  test.each([
    [1, 5_000],
    [2, 20_000],
    [3, 80_000],
    [4, 320_000],
    [5, 1_280_000],
    [6, 5_120_000],
    [7, 20_480_000],
    [8, 43_200_000],
    [11, 43_200_000],
  ])('waits after failed attempt %d: %d ms', (failed, delayMs) => {
    expect(retryDelayMs(schedule, failed, null, MIDDLE)).toBe(delayMs);
  });

  test('varies by at most 20 % either way', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (failed, random) => {
          const plain = retryDelayMs(schedule, failed, null, MIDDLE);
          const delayMs = retryDelayMs(schedule, failed, null, random);
          expect(Math.abs(delayMs - plain)).toBeLessThanOrEqual(Math.ceil(plain * 0.2));
        },
      ),
    );
  });

  test('waits at least as long as Retry-After asks', () => {
    expect(retryDelayMs(schedule, 1, 60_000, MIDDLE)).toBe(60_000);
    expect(retryDelayMs(schedule, 4, 60_000, MIDDLE)).toBe(320_000);
  });
});

describe('judge', () => {
  test('a 2xx is delivered', () => {
    const outcome = { kind: 'ok', statusCode: 204, responseExcerpt: '' } as const;
    expect(judge(outcome, 12, schedule, MIDDLE)).toEqual({ kind: 'delivered' });
  });

  test('a failure is retried up to the last attempt, which exhausts the delivery', () => {
    expect(judge(failure(), 1, schedule, MIDDLE)).toEqual({ kind: 'retry', delayMs: 5_000 });
    expect(judge(failure(), 11, schedule, MIDDLE).kind).toBe('retry');
    expect(judge(failure(), 12, schedule, MIDDLE)).toEqual({ kind: 'exhausted' });
    expect(judge(failure(), 13, schedule, MIDDLE)).toEqual({ kind: 'exhausted' });
  });

  test.each([
    'dns',
    'refused',
    'reset',
    'tls',
    'timeout',
    'redirect',
    'blocked',
    'too_large',
    'protocol',
  ] as const)('%s is retried like any other failure', (errorClass) => {
    const outcome = failure({ errorClass, statusCode: null, responseExcerpt: null });
    expect(judge(outcome, 1, schedule, MIDDLE).kind).toBe('retry');
  });

  test('a 410 is gone, on the last attempt too', () => {
    expect(judge(failure({ statusCode: 410 }), 1, schedule, MIDDLE).kind).toBe('gone');
    expect(judge(failure({ statusCode: 410 }), 12, schedule, MIDDLE).kind).toBe('gone');
  });

  test.each([
    ['slack', 'no_service', 'gone'],
    ['slack', 'no_team\n', 'gone'],
    ['slack', 'channel_not_found', 'retry'],
    ['discord', '{"message": "Unknown Webhook", "code": 10015}', 'gone'],
    ['discord', '{"message": "Unknown Channel", "code": 10003}', 'retry'],
    ['standard', 'no_service', 'retry'],
    ['raw', '{"code": 10015}', 'retry'],
  ] as const)('a 404 of %s with %j means %s', (kind, responseExcerpt, expected) => {
    const outcome = failure({ statusCode: 404, responseExcerpt });
    expect(judge(outcome, 1, schedule, MIDDLE, kind).kind).toBe(expected);
    const forbidden = failure({ statusCode: 403, responseExcerpt });
    expect(judge(forbidden, 1, schedule, MIDDLE, kind).kind).toBe('retry');
  });
});
