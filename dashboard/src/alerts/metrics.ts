import type { Comparison, Metric } from '../../../src/domain/alert-rule.js';
import { duration, milliseconds, number, percent } from '../words.js';

/** What a metric is called, and how its threshold is written. */
interface MetricWords {
  readonly label: string;
  readonly hint: string;
  readonly format: (value: number) => string;
}

/** In seconds, as a time. */
const seconds = (value: number) => milliseconds(value * 1_000);

export const METRIC_WORDS: Readonly<Record<Metric, MetricWords>> = {
  successRate: {
    label: 'Success rate',
    hint: 'From 0 to 1, like 0.95.',
    format: percent,
  },
  consecutiveFailures: {
    label: 'Failed attempts in a row',
    hint: 'How many, like 10.',
    format: number,
  },
  p95LatencyMs: {
    label: 'Response time (95 of 100)',
    hint: 'A duration like 2s, or milliseconds.',
    format: milliseconds,
  },
  timeSinceLastSuccess: {
    label: 'Time since the last success',
    hint: 'A duration like 6h, or milliseconds.',
    format: duration,
  },
  pendingAgeSeconds: {
    label: 'Longest overdue delivery',
    hint: 'A duration like 15m, or seconds.',
    format: seconds,
  },
  exhaustedDeliveries: {
    label: 'Deliveries given up',
    hint: 'How many, like 0.',
    format: number,
  },
  breakerOpen: {
    label: 'Breaker open for',
    hint: 'A duration like 30m, or seconds.',
    format: seconds,
  },
};

/** Like `success rate below 95%`. */
export function conditionText(rule: {
  metric: Metric;
  comparison: Comparison;
  threshold: number;
}): string {
  const { label, format } = METRIC_WORDS[rule.metric];
  return `${label} ${rule.comparison} ${format(rule.threshold)}`;
}
