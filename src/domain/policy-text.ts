import { formatDuration } from './duration.js';
import { formatShare, type Policy } from './policy.js';
import { retryDelayMs } from './retry-schedule.js';
import type { Tier } from './tier.js';
import { type WarnTime, warnAfterMs } from './warning.js';

/** What holds for every tier, and who hears of it. */
export interface PolicyContext {
  /** How long a breaker stays open the first time, and at most, in milliseconds. */
  readonly breakerPauseMs: number;
  readonly longestBreakerPauseMs: number;
  /** When zombies are deactivated: a cron expression (UTC). */
  readonly zombieSchedule: string;
  /** First and longest time between two automatic tests, and how long they go on, in milliseconds. */
  readonly testIntervalMs: number;
  readonly longestTestIntervalMs: number;
  readonly testGiveUpMs: number;
  /** Whether days past their retention are archived. */
  readonly archived: boolean;
}

/** A tier's policy in sentences: when it is retried, eased off, warned, deactivated, and how it returns. */
export function policySentences(
  tier: Tier,
  policy: Policy,
  context: PolicyContext,
): readonly string[] {
  const { retry } = policy;
  return [
    `An attempt that fails is made again after ${durationInWords(retry.baseMs)}, then after ${retry.factor} times as long each time, at most ${durationInWords(retry.capMs)}: ${count(retry.attempts, 'attempt')} in all, over about ${durationInWords(scheduleMs(policy))}.`,
    `After ${count(policy.breakerFailures, 'failed attempt')} in a row, or where ${formatShare(policy.breakerShare)} of late fail, its deliveries wait, and one of them tries after ${durationInWords(context.breakerPauseMs)}, later after up to ${durationInWords(context.longestBreakerPauseMs)}. The first that succeeds lets the others through at a growing pace.`,
    warnings(policy.warnAt, policy.zombieAfterMs),
    `A webhook of the tier ${tier} that keeps failing is deactivated once it has had no success for ${durationInWords(policy.zombieAfterMs)} (looked at by the schedule "${context.zombieSchedule}", UTC). One that was sent nothing is left alone. An endpoint that answers 410 Gone is deactivated at once.`,
    'What is owed to a deactivated webhook waits. Events that come while it is inactive make no delivery then, and can be replayed as missed.',
    tests(policy, context),
    'It can be reactivated by hand at any time: POST /v1/webhooks/{id}/reactivate, with what is owed replayed or discarded.',
    `Ended deliveries can be looked up and replayed for ${durationInWords(policy.retentionMs)}${context.archived ? ', and from the archive after that' : ''}.`,
  ];
}

/** How long a whole run of the retry schedule takes, in milliseconds, without its jitter. */
function scheduleMs({ retry }: Policy): number {
  let totalMs = 0;
  for (let failed = 1; failed < retry.attempts; failed += 1) {
    totalMs += retryDelayMs(retry, failed, null, 0.5);
  }
  return totalMs;
}

function warnings(times: readonly WarnTime[], thresholdMs: number): string {
  if (times.length === 0) return 'Nobody is warned before a deactivation.';
  const after = times
    .map((time) => warnAfterMs(time, thresholdMs))
    .toSorted((one, other) => one - other)
    .map(durationInWords);
  return `Its owner is warned after ${listInWords([...new Set(after)])} without a success, once each; a success ends that at once.`;
}

function tests(policy: Policy, context: PolicyContext): string {
  const { testIntervalMs, longestTestIntervalMs, testGiveUpMs } = context;
  if (testGiveUpMs === 0) return 'A webhook that Posthorn deactivated is not tested.';
  const then = policy.reactivate
    ? 'the first test that succeeds reactivates it, and what it is owed and has missed is delivered'
    : 'a test that succeeds is noted, and its owner reactivates it';
  return `A webhook that Posthorn deactivated is tested after ${durationInWords(testIntervalMs)}, then at intervals that grow up to ${durationInWords(longestTestIntervalMs)}, for ${durationInWords(testGiveUpMs)}: ${then}. One that its owner deactivated is left alone.`;
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** A duration for people: its two largest units, like `2 days 5 hours`. */
export function durationInWords(durationMs: number): string {
  const parts: string[] = [];
  let restMs = Math.round(durationMs);
  for (const [unit, ms] of UNITS) {
    const whole = Math.floor(restMs / ms);
    if (whole > 0) parts.push(count(whole, unit));
    restMs -= whole * ms;
    // A hundredth of the whole is too little to tell.
    if (parts.length === 2 || (parts.length === 1 && restMs * 100 < durationMs)) break;
  }
  return parts.join(' ') || formatDuration(Math.round(durationMs));
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Words with commas between, and `and` before the last. */
export function listInWords(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}
