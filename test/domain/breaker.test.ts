import { describe, expect, test } from 'vitest';
import { judgeHold, type Standing } from '../../src/domain/breaker.js';

const now = new Date('2026-11-23T12:00:00Z');
const MIDDLE = 0.5; // no jitter
const policy = {
  failures: 5,
  share: 0.8,
  minimum: 20,
  pauseMs: 30_000,
  longestPauseMs: 300_000,
};

function standing(facts: Partial<Standing> = {}): Standing {
  return {
    successes: 0,
    failures: 1,
    consecutiveFailures: 1,
    recentSuccesses: 0,
    recentFailures: 1,
    hold: null,
    most: 20,
    ...facts,
  };
}

const judge = (facts: Partial<Standing>, random = MIDDLE) =>
  judgeHold(standing(facts), policy, now, random);

const inMs = (ms: number) => new Date(now.getTime() + ms);

describe('a closed breaker', () => {
  test.each([
    [4, undefined],
    [5, 'open'],
    [900, 'open'],
  ])('after %d failures in a row: %s', (consecutiveFailures, state) => {
    expect(judge({ consecutiveFailures })?.state).toBe(state);
  });

  test.each([
    { recentFailures: 16, recentSuccesses: 4, state: 'open' },
    { recentFailures: 15.9, recentSuccesses: 4.1, state: undefined },
    { recentFailures: 15, recentSuccesses: 0, state: undefined }, // too few to say
  ])('with $recentFailures failures and $recentSuccesses successes of late: $state', (facts) => {
    const { state, ...recent } = facts;
    expect(judge({ consecutiveFailures: 2, ...recent })?.state).toBe(state);
  });

  test('stays closed where the latest attempt succeeded, whatever the share', () => {
    const recent = { recentFailures: 100, recentSuccesses: 1, successes: 1 };
    expect(judge({ consecutiveFailures: 0, ...recent })).toBeUndefined();
  });

  test('opens for the first pause, with one delivery to try after it', () => {
    expect(judge({ consecutiveFailures: 5 })).toEqual({
      state: 'open',
      allowance: 1,
      openings: 1,
      releaseAt: inMs(30_000),
    });
    expect(judge({ consecutiveFailures: 5 }, 0)?.releaseAt).toEqual(inMs(27_000));
  });
});

describe('a breaker that is not closed', () => {
  const open = { state: 'open', allowance: 1, openings: 1 } as const;
  const halfOpen = { state: 'half_open', allowance: 1, openings: 1 } as const;

  test.each([
    [1, 60_000],
    [2, 120_000],
    [4, 300_000], // the cap
    [60, 300_000],
  ])('that opened %d times and whose try fails stays open for %d ms', (openings, pauseMs) => {
    const change = judge({ consecutiveFailures: 9, hold: { ...halfOpen, openings } });
    expect(change).toMatchObject({ state: 'open', openings: openings + 1 });
    expect(change?.releaseAt).toEqual(inMs(pauseMs));
  });

  test('is not kept open longer by attempts that were under way when it opened', () => {
    expect(judge({ consecutiveFailures: 9, hold: open })).toBeUndefined();
  });

  test.each([open, halfOpen])('is closed by a success ($state), and lets two through', (hold) => {
    const change = judge({ successes: 1, failures: 0, consecutiveFailures: 0, hold });
    expect(change).toEqual({ state: 'pacing', allowance: 2, openings: 0, releaseAt: now });
  });
});

describe('a hold that paces', () => {
  const hold = { state: 'pacing', allowance: 4, openings: 0 } as const;
  const well = { consecutiveFailures: 0, failures: 0 };

  test('lets one more through for each success, up to what the worker would take', () => {
    expect(judge({ ...well, successes: 4, hold })?.allowance).toBe(8);
    expect(judge({ ...well, successes: 400, hold })?.allowance).toBe(20);
  });

  test('follows the worker down', () => {
    expect(judge({ ...well, successes: 4, most: 3, hold })?.allowance).toBe(3);
  });

  test('lets half as many through after a failure, and one at least', () => {
    expect(judge({ successes: 3, failures: 1, hold })?.allowance).toBe(2);
    expect(judge({ hold: { ...hold, allowance: 1 } })).toBeUndefined();
  });

  test('opens the breaker like any other', () => {
    expect(judge({ consecutiveFailures: 5, hold })?.state).toBe('open');
  });

  test('needs no change where nothing changes', () => {
    expect(judge({ ...well, successes: 1, hold: { ...hold, allowance: 20 } })).toBeUndefined();
  });
});
