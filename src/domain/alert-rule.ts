import type { Tier } from './tier.js';

/**
 * What a rule can look at.
 *
 * - `consecutiveFailures`: failed attempts in a row
 * - `successRate`: successes of all attempts in the window, from 0 to 1
 * - `p95LatencyMs`: what 95 of 100 attempts in the window did not exceed, in milliseconds
 * - `timeSinceLastSuccess`: milliseconds; 0 while it does not fail
 * - `pendingAgeSeconds`: for how long the delivery that is due longest has been due
 * - `exhaustedDeliveries`: deliveries that were given up in the window
 * - `breakerOpen`: for how many seconds its breaker has been open; 0 while it is closed
 *
 * Of a whole account they are of all its active webhooks together: sums, the longest, or the time since the
 * last success of any of them while one fails.
 */
export const METRICS = [
  'consecutiveFailures',
  'successRate',
  'p95LatencyMs',
  'timeSinceLastSuccess',
  'pendingAgeSeconds',
  'exhaustedDeliveries',
  'breakerOpen',
] as const;

export type Metric = (typeof METRICS)[number];

export const COMPARISONS = ['above', 'below'] as const;

export type Comparison = (typeof COMPARISONS)[number];

/** How many milliseconds one of a metric's units is, of those that are times. */
export const METRIC_UNIT_MS: Readonly<Partial<Record<Metric, number>>> = {
  p95LatencyMs: 1,
  timeSinceLastSuccess: 1,
  pendingAgeSeconds: 1_000,
  breakerOpen: 1_000,
};

/** When a rule holds. */
export interface Condition {
  readonly metric: Metric;
  readonly comparison: Comparison;
  /** In the metric's unit; the metric must be beyond it. */
  readonly threshold: number;
  /** What it must come back to before an incident resolves; null means the threshold. */
  readonly resolveAt: number | null;
  /** Over which attempts and ended deliveries are counted, in milliseconds. */
  readonly windowMs: number;
  /** Attempts in the window below which the rule says nothing. */
  readonly minimum: number;
}

/**
 * What a rule looks at: one webhook, those of a tier, those that want an event type, or, where it is empty,
 * all of its account, each of them for itself. With `account` it is the whole account as one.
 */
export interface RuleScope {
  readonly webhookId?: string | undefined;
  readonly tier?: Tier | undefined;
  readonly eventType?: string | undefined;
  readonly account?: true | undefined;
}

/** What a metric is at some time. */
export interface Sample {
  /** Null where nothing can be said, as of a success rate without attempts. */
  readonly value: number | null;
  /** Attempts in the window. */
  readonly attempts: number;
}

/** What a sample means for the incident of its subject: it opens, stays, resolves, or there is none. */
export type Judgement = 'open' | 'stay' | 'resolve' | 'none';

/**
 * Judges a sample. An incident opens once the metric is beyond the threshold, and resolves once it is back at
 * `resolveAt`, so that one that swings about the threshold does not open again and again. Too few attempts
 * change nothing. The evaluation does the same in SQL.
 *
 * @param isOpen whether the subject has an incident of this rule
 */
export function judge(
  condition: Pick<Condition, 'comparison' | 'threshold' | 'resolveAt' | 'minimum'>,
  { value, attempts }: Sample,
  isOpen: boolean,
): Judgement {
  const { comparison, threshold, resolveAt, minimum } = condition;
  if (value === null || attempts < minimum) return isOpen ? 'stay' : 'none';
  if (isOpen) return isBeyond(comparison, value, resolveAt ?? threshold) ? 'stay' : 'resolve';
  return isBeyond(comparison, value, threshold) ? 'open' : 'none';
}

function isBeyond(comparison: Comparison, value: number, bound: number): boolean {
  return comparison === 'above' ? value > bound : value < bound;
}

/** True where the value is on the good side of the threshold, or is it. */
export function isGoodSide(comparison: Comparison, value: number, threshold: number): boolean {
  return !isBeyond(comparison, value, threshold);
}

/**
 * Why an incident resolved: its metric came back; its webhook was deactivated or deleted; its rule was
 * disabled or removed, or does not cover its subject any more.
 */
export const RESOLUTIONS = [
  'recovered',
  'deactivated',
  'deleted',
  'disabled',
  'removed',
  'uncovered',
] as const;

export type Resolution = (typeof RESOLUTIONS)[number];
