import { Counter, Histogram, type Registry } from 'prom-client';

/** What the recorder tells of its commits, and of what they changed. */
export interface RecorderMetrics {
  /** A group of outcomes was committed. */
  groupCommitted(group: { readonly outcomes: number; readonly seconds: number }): void;
  /** A commit failed, and is tried again or given up. */
  commitFailed(): void;
  /** The breaker of a webhook changed. */
  breakerChanged(state: 'open' | 'half_open' | 'closed'): void;
}

const GROUP_BUCKETS = [1, 2, 5, 10, 20, 50, 100, 200, 500];

const COMMIT_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

export function createRecorderMetrics(registers: Registry[]): RecorderMetrics {
  const groupSize = new Histogram({
    name: 'posthorn_recorder_group_outcomes',
    help: 'Outcomes of attempts in one commit.',
    buckets: GROUP_BUCKETS,
    registers,
  });
  const commitSeconds = new Histogram({
    name: 'posthorn_recorder_commit_duration_seconds',
    help: 'How long one commit of outcomes took.',
    buckets: COMMIT_BUCKETS,
    registers,
  });
  const failures = new Counter({
    name: 'posthorn_recorder_commit_failures_total',
    help: 'Commits of outcomes that failed; each is tried again for a minute.',
    registers,
  });
  const breakers = new Counter({
    name: 'posthorn_breaker_changes_total',
    help: 'Breakers that opened, were half-opened for one delivery that tries, or closed.',
    labelNames: ['state'],
    registers,
  });
  for (const state of ['open', 'half_open', 'closed']) breakers.inc({ state }, 0);

  return {
    groupCommitted({ outcomes, seconds }) {
      groupSize.observe(outcomes);
      commitSeconds.observe(seconds);
    },
    commitFailed: () => failures.inc(),
    breakerChanged: (state) => breakers.inc({ state }),
  };
}
