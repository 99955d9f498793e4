import type { Outcome } from './outcome.js';
import { type RetrySchedule, retryDelayMs } from './retry-schedule.js';

/**
 * What an outcome means for the delivery.
 *
 * - `delivered`: the duty is done
 * - `retry`: it stays pending and is due again after `delayMs`
 * - `exhausted`: that was the schedule's last attempt
 * - `gone`: the endpoint answered 410; its webhook is deactivated, and the delivery stays owed
 */
export type Verdict =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'retry'; readonly delayMs: number }
  | { readonly kind: 'exhausted' }
  | { readonly kind: 'gone'; readonly delayMs: number };

/**
 * Judges one attempt. The one place that decides on retries.
 *
 * @param attempt its number within the present run of the schedule, 1 for the first
 * @param random a number from 0 up to 1, for the jitter
 */
export function judge(
  outcome: Outcome,
  attempt: number,
  schedule: RetrySchedule,
  random: number,
): Verdict {
  if (outcome.kind === 'ok') return { kind: 'delivered' };
  const delayMs = retryDelayMs(schedule, attempt, outcome.retryAfterMs, random);
  if (outcome.statusCode === 410) return { kind: 'gone', delayMs };
  return attempt >= schedule.attempts ? { kind: 'exhausted' } : { kind: 'retry', delayMs };
}
