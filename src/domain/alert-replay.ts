import { type Condition, judge, type Sample } from './alert-rule.js';
import { quantile } from './histogram.js';

/** An incident that a rule would have had. */
export interface PastIncident {
  readonly openedAt: Date;
  /** Null where it would be open still. */
  readonly resolvedAt: Date | null;
  /** The metric when it opened. */
  readonly value: number;
}

/** What was counted in a short time that ended at `end`. */
export interface PastCounts {
  readonly end: Date;
  readonly successes: number;
  readonly failures: number;
  readonly buckets: readonly number[];
  readonly counts: readonly number[];
  readonly exhausted: number;
}

/** From one time to another. */
export interface PastTime {
  readonly from: Date;
  readonly to: Date;
}

type Windowed = Pick<
  Condition,
  'metric' | 'comparison' | 'threshold' | 'resolveAt' | 'windowMs' | 'minimum'
>;

/**
 * The incidents of one subject, by `judge`, as its window slides over what was counted.
 *
 * @param counts in the order of their ends, from one window before the time on
 */
export function replayCounts(
  condition: Windowed,
  counts: readonly PastCounts[],
  time: PastTime,
): PastIncident[] {
  const incidents: PastIncident[] = [];
  let open: PastIncident | undefined;
  for (const { at, sample } of slide(condition, counts, time)) {
    switch (judge(condition, sample, open !== undefined)) {
      case 'open':
        open = { openedAt: at, resolvedAt: null, value: sample.value ?? 0 };
        break;
      case 'resolve':
        if (open !== undefined) incidents.push({ ...open, resolvedAt: at });
        open = undefined;
        break;
      default:
    }
  }
  return open === undefined ? incidents : [...incidents, open];
}

/** A sample at the beginning, and whenever something enters the window or leaves it. */
function* slide(
  { metric, windowMs }: Windowed,
  counts: readonly PastCounts[],
  { from, to }: PastTime,
): Generator<{ at: Date; sample: Sample }> {
  const changes = [...counts.map(({ end }) => end.getTime())];
  const times = new Set([
    from.getTime(),
    ...changes.filter((at) => at > from.getTime() && at <= to.getTime()),
    ...changes.map((at) => at + windowMs).filter((at) => at > from.getTime() && at <= to.getTime()),
  ]);
  const window = createWindow();
  let entered = 0;
  let left = 0;
  for (const at of [...times].toSorted((one, other) => one - other)) {
    for (let next = counts[entered]; next && next.end.getTime() <= at; next = counts[entered]) {
      window.add(next, 1);
      entered += 1;
    }
    for (
      let oldest = counts[left];
      left < entered && oldest && oldest.end.getTime() <= at - windowMs;
      oldest = counts[left]
    ) {
      window.add(oldest, -1);
      left += 1;
    }
    yield { at: new Date(at), sample: window.sample(metric) };
  }
}

/** Sums of what is in the window. */
function createWindow() {
  let successes = 0;
  let failures = 0;
  let exhausted = 0;
  const latencies = new Map<number, number>();
  return {
    /** @param sign 1 for what enters, -1 for what leaves */
    add(one: PastCounts, sign: 1 | -1): void {
      successes += sign * one.successes;
      failures += sign * one.failures;
      exhausted += sign * one.exhausted;
      one.buckets.forEach((bucket, index) => {
        latencies.set(bucket, (latencies.get(bucket) ?? 0) + sign * (one.counts[index] ?? 0));
      });
    },
    sample(metric: Condition['metric']): Sample {
      const attempts = successes + failures;
      if (metric === 'exhaustedDeliveries') return { value: exhausted, attempts };
      if (attempts === 0) return { value: null, attempts };
      if (metric === 'successRate') return { value: successes / attempts, attempts };
      const buckets = [...latencies.keys()]
        .filter((bucket) => (latencies.get(bucket) ?? 0) > 0)
        .toSorted((one, other) => one - other);
      const counts = buckets.map((bucket) => latencies.get(bucket) ?? 0);
      return { value: quantile({ buckets, counts }, 0.95), attempts };
    },
  };
}

/** A state that lasted, like failing, or an open breaker. */
export interface PastState {
  /** From when on its length counts. */
  readonly since: Date;
  /** When the state began, where that is later. */
  readonly from: Date;
  /** Null where it lasts still. */
  readonly until: Date | null;
}

/** The incidents of a rule that such a state must not last longer than so many milliseconds. */
export function replayStates(
  states: readonly PastState[],
  longest: { readonly ms: number; readonly unitMs: number },
  { to }: PastTime,
): PastIncident[] {
  return states.flatMap(({ since, from, until }) => {
    const openedMs = Math.max(from.getTime(), since.getTime() + longest.ms);
    if (openedMs >= (until ?? to).getTime()) return [];
    const value = (openedMs - since.getTime()) / longest.unitMs;
    return [{ openedAt: new Date(openedMs), resolvedAt: until, value }];
  });
}
