import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSettings } from '../../src/config.js';
import { InvalidInputError } from '../../src/domain/errors.js';
import {
  type PolicyOverrides,
  policyOf,
  readOverrides,
  showOverrides,
} from '../../src/domain/policy.js';
import { parseWarnTimes, warnAfterMs } from '../../src/domain/warning.js';

const DAY_MS = 86_400_000;
const { standard } = readSettings({}, {}).policies;

const EVERY: PolicyOverrides = {
  zombieAfter: '30d',
  warnAt: '25%, 12h',
  retryBase: '1s',
  retryFactor: 2.5,
  retryCap: '1h',
  retryAttempts: 3,
  breakerFailures: 4,
  breakerShare: '75%',
  retention: '7d',
  reactivate: false,
};

describe('the policy of a webhook', () => {
  test('is its tier’s where it has nothing of its own', () => {
    expect(policyOf(standard, readOverrides({}))).toEqual(standard);
  });

  test('is its own in all that it overrides', () => {
    expect(policyOf(standard, readOverrides(EVERY))).toEqual({
      zombieAfterMs: 30 * DAY_MS,
      warnAt: [{ share: 0.25 }, { beforeMs: DAY_MS / 2 }],
      retry: { baseMs: 1_000, factor: 2.5, capMs: 3_600_000, attempts: 3 },
      breakerFailures: 4,
      breakerShare: 0.75,
      retentionMs: 7 * DAY_MS,
      reactivate: false,
    });
  });

  test('shows overrides as they were given', () => {
    fc.assert(
      fc.property(fc.subarray(Object.keys(EVERY)), (names) => {
        const given = Object.fromEntries(
          names.map((name) => [name, EVERY[name as keyof PolicyOverrides]]),
        );
        expect(showOverrides(readOverrides(given))).toEqual(given);
      }),
    );
  });

  test.each([
    [{ zombieAfter: '1ms' }, 'a duration from 1h to 3650d'],
    [{ zombieAfter: 30 }, 'a duration from 1h to 3650d'],
    [{ warnAt: '100%' }, 'shares under 100%'],
    [{ warnAt: '' }, 'shares under 100%'],
    [{ retryFactor: 0.5 }, 'a number from 1 to 100'],
    [{ retryAttempts: 1.5 }, 'a whole number from 1 to 100'],
    [{ retryAttempts: '5' }, 'a whole number from 1 to 100'],
    [{ retryCap: '31d' }, 'a duration from 1ms to 30d'],
    [{ breakerFailures: Number.NaN }, 'a whole number'],
    [{ breakerShare: '0%' }, 'a share over 0%'],
    [{ retention: '1d' }, 'a duration from 2d to 3650d'],
    [{ reactivate: 'yes' }, 'true or false'],
    [{ zombieAfterMs: 5 }, 'is not known here, only zombieAfter'],
    [{ constructor: 5 }, 'is not known here'],
  ])('refuses %j', (given, fits) => {
    expect(() => readOverrides(given as never)).toThrow(InvalidInputError);
    expect(() => readOverrides(given as never)).toThrow(fits);
  });
});

describe('times of warnings', () => {
  test('are shares of the threshold, and times before its end', () => {
    const times = parseWarnTimes('50%, 90%, 1d') ?? [];
    expect(times.map((time) => warnAfterMs(time, 90 * DAY_MS) / DAY_MS)).toEqual([45, 81, 89]);
    expect(times.map((time) => warnAfterMs(time, DAY_MS / 2) / DAY_MS)).toEqual([0.25, 0.45, 0]);
  });

  test.each(['0%', '100%', '5', '0d', '50%,', 'none, 1d', 'x'])('are not %j', (text) => {
    expect(parseWarnTimes(text)).toBeUndefined();
  });
});
