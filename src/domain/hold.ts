/**
 * A hold: while a webhook has one, its deliveries wait in the ledger and are let through at a pace.
 *
 * - `pacing`: up to `allowance` may be queued or in flight, and no more per second than its rate limit
 * - `open`: the breaker is open and nothing is let through
 * - `half_open`: one delivery tries
 */
export const HOLD_STATES = ['pacing', 'open', 'half_open'] as const;

export type HoldState = (typeof HOLD_STATES)[number];

/**
 * How often a hold is looked at, in milliseconds, besides each time that an attempt of its webhook was
 * recorded; and one whose allowance is used up, so that nothing is expected but such a time.
 */
const TICK_MS = 50;
const FULL_TICK_MS = 500;

/** What decides on how many deliveries a hold lets through now. */
export interface HoldFacts {
  readonly state: HoldState;
  readonly allowance: number;
  /** The webhook's deliveries that are queued or in flight, counted up to the allowance. */
  readonly outstanding: number;
  /** Deliveries per second; null for no limit. */
  readonly rateLimit: number | null;
  /** From when on the rate limit has been unused; null for ever. */
  readonly rateFrom: Date | null;
}

/** How many deliveries a hold lets through now, at most. */
export function releaseCount(hold: HoldFacts, now: Date): number {
  if (hold.state !== 'pacing') return 1;
  const room = Math.max(0, hold.allowance - hold.outstanding);
  if (hold.rateLimit === null) return room;
  const unusedMs = now.getTime() - unusedSince(hold, hold.rateLimit, now).getTime();
  // Rounding in binary must not keep back a delivery that is due to the millisecond.
  return Math.min(room, Math.floor((unusedMs * hold.rateLimit) / 1_000 + 1e-6));
}

/**
 * Unused rate is kept for a tenth of a second, and for one delivery at least: what a look at the hold that
 * comes late makes up for, and no more of a burst.
 */
function unusedSince(hold: HoldFacts, rateLimit: number, now: Date): Date {
  const keptMs = Math.max(100, 1_000 / rateLimit);
  return new Date(Math.max(hold.rateFrom?.getTime() ?? 0, now.getTime() - keptMs));
}

/** What becomes of a hold after a release. */
export interface AfterRelease {
  readonly state: HoldState;
  /** When it is looked at again; null where nothing waits. */
  readonly releaseAt: Date | null;
  readonly rateFrom: Date | null;
  /** True where it has done its work: deliveries need not wait any more. */
  readonly lift: boolean;
}

/**
 * @param released how many deliveries were let through, out of `releaseCount`: fewer where fewer waited
 * @param probeMs how long a delivery that tries may take before another one is sent
 */
export function afterRelease(
  hold: HoldFacts,
  counts: { readonly allowed: number; readonly released: number },
  now: Date,
  probeMs: number,
): AfterRelease {
  const { allowed, released } = counts;
  const nothingWaits = released < allowed;
  const { rateFrom } = hold;
  if (hold.state !== 'pacing') {
    return nothingWaits
      ? { state: 'open', releaseAt: null, rateFrom, lift: false }
      : { state: 'half_open', releaseAt: after(now, probeMs), rateFrom, lift: false };
  }
  if (hold.rateLimit === null) {
    // Where much is still on its way the next deliveries would only come back to wait.
    const lift = nothingWaits && hold.outstanding + released <= hold.allowance / 2;
    const tickMs = released > 0 ? TICK_MS : FULL_TICK_MS;
    return { state: 'pacing', releaseAt: after(now, tickMs), rateFrom: null, lift };
  }
  const usedUntil = after(
    unusedSince(hold, hold.rateLimit, now),
    (released * 1_000) / hold.rateLimit,
  );
  const nextMs = usedUntil.getTime() + 1_000 / hold.rateLimit - now.getTime();
  const releaseAt = nothingWaits ? null : after(now, Math.max(TICK_MS, Math.ceil(nextMs)));
  return { state: 'pacing', releaseAt, rateFrom: usedUntil, lift: false };
}

function after(time: Date, ms: number): Date {
  return new Date(time.getTime() + ms);
}
