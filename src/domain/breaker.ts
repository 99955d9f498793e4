import type { HoldState } from './hold.js';

/** When a breaker opens, and for how long. */
export interface BreakerPolicy {
  /** Failed attempts in a row that open it. */
  readonly failures: number;
  /** The share of failed attempts of late that opens it, from 0 to 1. */
  readonly share: number;
  /** The attempts of late below which the share says nothing. */
  readonly minimum: number;
  /** How long it stays open the first time, in milliseconds; doubled each further time in a row. */
  readonly pauseMs: number;
  readonly longestPauseMs: number;
}

/** How a webhook stands after a group of its attempts. */
export interface Standing {
  /** Of the group. */
  readonly successes: number;
  readonly failures: number;
  /** Of the webhook. */
  readonly consecutiveFailures: number;
  /** Attempts of late; each loses half its weight in a breaker window. */
  readonly recentSuccesses: number;
  readonly recentFailures: number;
  readonly hold: {
    readonly state: HoldState;
    readonly allowance: number;
    readonly openings: number;
  } | null;
  /** The largest allowance that fits what the worker knows of the endpoint. */
  readonly most: number;
}

/** What a hold becomes: made where there was none. */
export interface HoldChange {
  readonly state: HoldState;
  readonly allowance: number;
  readonly openings: number;
  /** When it next lets something through; undefined where that stays as it is. */
  readonly releaseAt: Date | undefined;
}

/** The share by which a pause varies either way, so that webhooks of one endpoint don't try together. */
const JITTER = 0.1;

/**
 * What a group of attempts does to a webhook's hold; undefined for nothing.
 *
 * An open breaker is closed by any success, and then lets through one delivery more for each that succeeds,
 * so that what waited comes at a growing pace. A failure of the one that tries opens it again for longer.
 *
 * @param random a number from 0 up to 1, for the jitter
 */
export function judgeHold(
  standing: Standing,
  policy: BreakerPolicy,
  now: Date,
  random: number,
): HoldChange | undefined {
  const { hold, successes } = standing;
  if (hold === null) return trips(standing, policy) ? open(0, policy, now, random) : undefined;
  if (hold.state !== 'pacing') {
    if (successes > 0)
      return { state: 'pacing', allowance: successes + 1, openings: 0, releaseAt: now };
    return hold.state === 'half_open' ? open(hold.openings, policy, now, random) : undefined;
  }
  if (trips(standing, policy)) return open(hold.openings, policy, now, random);
  const allowance = nextAllowance(hold.allowance, standing);
  // A change of a few is not worth a statement.
  if (Math.abs(allowance - hold.allowance) * 8 <= hold.allowance) return undefined;
  return { ...hold, allowance, releaseAt: undefined };
}

function trips(standing: Standing, policy: BreakerPolicy): boolean {
  const { successes, consecutiveFailures, recentSuccesses, recentFailures } = standing;
  if (consecutiveFailures === 0) return false;
  if (consecutiveFailures >= policy.failures) return successes === 0;
  const recent = recentSuccesses + recentFailures;
  return recent >= policy.minimum && recentFailures / recent >= policy.share;
}

function open(openings: number, policy: BreakerPolicy, now: Date, random: number): HoldChange {
  const plainMs = Math.min(policy.longestPauseMs, policy.pauseMs * 2 ** openings);
  const pauseMs = Math.round(plainMs * (1 - JITTER + 2 * JITTER * random));
  const releaseAt = new Date(now.getTime() + pauseMs);
  return { state: 'open', allowance: 1, openings: openings + 1, releaseAt };
}

/** One more for each success, half after a failure, never over what the worker would take. */
function nextAllowance(allowance: number, { successes, failures, most }: Standing): number {
  if (failures > 0) return Math.max(1, Math.min(most, Math.floor(allowance / 2)));
  return Math.max(1, Math.min(most, allowance + successes));
}
