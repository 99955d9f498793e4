import { describe, expect, test } from 'vitest';
import { afterRelease, type HoldFacts, releaseCount } from '../../src/domain/hold.js';

const now = new Date('2026-11-23T12:00:00Z');
const PROBE_MS = 45_000;

function pacing(facts: Partial<HoldFacts> = {}): HoldFacts {
  return {
    state: 'pacing',
    allowance: 10,
    outstanding: 0,
    rateLimit: null,
    rateFrom: null,
    ...facts,
  };
}

function later(ms: number): Date {
  return new Date(now.getTime() + ms);
}

describe('a hold that paces', () => {
  test.each([
    [0, 10],
    [4, 6],
    [10, 0],
    [12, 0],
  ])('with %d of its allowance of 10 outstanding lets through %d', (outstanding, count) => {
    expect(releaseCount(pacing({ outstanding }), now)).toBe(count);
  });

  test('is lifted when nothing waits and little is on its way', () => {
    const lift = (outstanding: number, released: number) => {
      const hold = pacing({ outstanding });
      return afterRelease(hold, { allowed: 10 - outstanding, released }, now, PROBE_MS).lift;
    };
    expect(lift(0, 3)).toBe(true);
    expect(lift(4, 1)).toBe(true);
    expect(lift(4, 2)).toBe(false);
    expect(lift(0, 10)).toBe(false); // more may wait
  });

  test('is looked at less often while its allowance is used up', () => {
    const full = afterRelease(pacing({ outstanding: 10 }), { allowed: 0, released: 0 }, now, 1);
    const flowing = afterRelease(pacing(), { allowed: 10, released: 10 }, now, 1);
    expect(full.lift).toBe(false);
    expect(Number(full.releaseAt)).toBeGreaterThan(Number(flowing.releaseAt));
  });
});

describe('a rate limit', () => {
  /** Looks at the hold at its own times for ten seconds, with much waiting. */
  function run(rateLimit: number, lateMs = 0) {
    let rateFrom: Date | null = null;
    const sent: number[] = [];
    for (let at = now; at < later(10_000); ) {
      const hold = pacing({ allowance: 1_000, rateLimit, rateFrom });
      const allowed = releaseCount(hold, at);
      for (let n = 0; n < allowed; n += 1) sent.push(at.getTime() - now.getTime());
      const next = afterRelease(hold, { allowed, released: allowed }, at, PROBE_MS);
      rateFrom = next.rateFrom;
      at = new Date(Number(next.releaseAt) + lateMs);
    }
    return sent;
  }

  /** The most in any second that begins with a delivery. */
  function busiestSecond(sent: readonly number[]): number {
    return Math.max(
      ...sent.map((from) => sent.filter((at) => at >= from && at < from + 1_000).length),
    );
  }

  test.each([0.5, 1, 3, 20, 1_000])('of %d per second is used and kept', (rateLimit) => {
    const sent = run(rateLimit);
    expect(sent.length).toBeGreaterThanOrEqual(Math.floor(rateLimit * 10));
    expect(sent.length).toBeLessThanOrEqual(Math.ceil(rateLimit * 10.1) + 1);
    expect(busiestSecond(sent)).toBeLessThanOrEqual(Math.ceil(rateLimit * 1.1) + 1);
  });

  test('is kept when the dispatcher comes late, and made up for by a tenth of a second at most', () => {
    const sent = run(20, 500);
    expect(busiestSecond(sent)).toBeLessThanOrEqual(22);
  });

  test('makes its hold idle when nothing waits, never lifts it', () => {
    const hold = pacing({ rateLimit: 5, rateFrom: later(-60_000) });
    const after = afterRelease(hold, { allowed: 1, released: 0 }, now, PROBE_MS);
    expect(after).toMatchObject({ releaseAt: null, lift: false });
  });
});

describe('a hold whose breaker is not closed', () => {
  test('lets one delivery try, and another one when that was lost', () => {
    const open = pacing({ state: 'open', allowance: 1 });
    expect(releaseCount(open, now)).toBe(1);
    const trying = afterRelease(open, { allowed: 1, released: 1 }, now, PROBE_MS);
    expect(trying).toMatchObject({ state: 'half_open', releaseAt: later(PROBE_MS), lift: false });
    expect(releaseCount(pacing({ state: 'half_open', allowance: 1 }), later(PROBE_MS))).toBe(1);
  });

  test('stays open, and idle, while nothing waits', () => {
    const open = pacing({ state: 'open', allowance: 1 });
    const after = afterRelease(open, { allowed: 1, released: 0 }, now, PROBE_MS);
    expect(after).toMatchObject({ state: 'open', releaseAt: null, lift: false });
  });
});
