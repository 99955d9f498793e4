import type { Condition, Resolution } from './alert-rule.js';
import { formatDuration } from './duration.js';
import { durationInWords } from './policy-text.js';

/** A value of a metric for people, with its unit. */
function valueInWords({ metric }: Pick<Condition, 'metric'>, value: number): string {
  switch (metric) {
    case 'successRate':
      return `${+(value * 100).toFixed(2)}%`;
    case 'p95LatencyMs':
      return `${Math.round(value)} ms`;
    case 'timeSinceLastSuccess':
      return durationInWords(value);
    case 'pendingAgeSeconds':
    case 'breakerOpen':
      return durationInWords(value * 1_000);
    case 'consecutiveFailures':
    case 'exhaustedDeliveries':
      return String(+value.toFixed(2));
    default:
      return metric satisfies never;
  }
}

const NOUNS: Readonly<Record<Condition['metric'], string>> = {
  consecutiveFailures: 'failed attempts in a row',
  successRate: 'success rate',
  p95LatencyMs: '95th percentile of response times',
  timeSinceLastSuccess: 'time since the last success',
  pendingAgeSeconds: 'time for which a delivery has been due',
  exhaustedDeliveries: 'exhausted deliveries',
  breakerOpen: 'time for which the breaker has been open',
};

const WINDOWED: readonly Condition['metric'][] = [
  'successRate',
  'p95LatencyMs',
  'exhaustedDeliveries',
];

/** Why an incident opened, in a sentence: `success rate over 1h: 42%, below 90%`. */
export function openingInWords(
  condition: Pick<Condition, 'metric' | 'comparison' | 'threshold' | 'windowMs'>,
  value: number,
): string {
  const { metric, comparison, threshold, windowMs } = condition;
  const over = WINDOWED.includes(metric) ? ` over ${formatDuration(windowMs)}` : '';
  return `${NOUNS[metric]}${over}: ${valueInWords(condition, value)}, ${comparison} ${valueInWords(condition, threshold)}`;
}

const ENDS: Readonly<Record<Exclude<Resolution, 'recovered'>, string>> = {
  deactivated: 'the webhook was deactivated',
  deleted: 'the webhook was deleted',
  disabled: 'the rule was disabled',
  removed: 'the rule was removed',
  uncovered: 'the rule does not cover it any more',
};

/** Why an incident resolved, in a sentence. */
export function endInWords(
  condition: Pick<Condition, 'metric' | 'windowMs'>,
  resolution: Resolution,
  value: number,
): string {
  if (resolution !== 'recovered') return ENDS[resolution];
  return `${NOUNS[condition.metric]} is back at ${valueInWords(condition, value)}`;
}
