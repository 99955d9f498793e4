import type { FormatKind } from './format.js';
import type { Failure, Outcome } from './outcome.js';
import { type RetrySchedule, retryDelayMs } from './retry-schedule.js';

/**
 * What an outcome means for the delivery.
 *
 * - `delivered`: the duty is done
 * - `retry`: it stays pending and is due again after `delayMs`
 * - `exhausted`: that was the schedule's last attempt
 * - `gone`: the endpoint says that it is gone; its webhook is deactivated, and the delivery stays owed
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
 * @param kind of the webhook's format, whose service may have its own way to say that an endpoint is gone
 */
export function judge(
  outcome: Outcome,
  attempt: number,
  schedule: RetrySchedule,
  random: number,
  kind: FormatKind = 'standard',
): Verdict {
  if (outcome.kind === 'ok') return { kind: 'delivered' };
  const delayMs = retryDelayMs(schedule, attempt, outcome.retryAfterMs, random);
  if (saysGone(outcome, kind)) return { kind: 'gone', delayMs };
  return attempt >= schedule.attempts ? { kind: 'exhausted' } : { kind: 'retry', delayMs };
}

/** Discord's answer for an incoming webhook that was deleted has this code. */
const UNKNOWN_WEBHOOK = /"code":\s*10015\b/;

/** True for a 410 of any endpoint, and a 404 with which Slack or Discord answer for a hook that was removed. */
function saysGone({ statusCode, responseExcerpt }: Failure, kind: FormatKind): boolean {
  if (statusCode === 410) return true;
  if (statusCode !== 404) return false;
  const answer = responseExcerpt?.trim() ?? '';
  if (kind === 'slack') return answer === 'no_service' || answer === 'no_team';
  return kind === 'discord' && UNKNOWN_WEBHOOK.test(answer);
}
