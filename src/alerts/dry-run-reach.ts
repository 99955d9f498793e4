import type { PastTime } from '../domain/alert-replay.js';
import type { Condition, Metric } from '../domain/alert-rule.js';
import { SPANS, spanStart } from '../domain/stats.js';

/** The time of a dry run, and from when on it is read from five minutes. */
export type Reach = PastTime & { readonly fineFrom: Date };

const HOUR_MS = 3_600_000;

/** Five minutes are kept for two days; a little less is read, so that none is missing. */
const FINE_KEPT_MS = 47 * HOUR_MS;

/** The shortest window that hours can tell something of, and the longest that is read from five minutes. */
const LEAST_OF_HOURS_MS = HOUR_MS;
const MOST_OF_MINUTES_MS = 3 * HOUR_MS;

const COUNTED: readonly Metric[] = ['successRate', 'p95LatencyMs', 'exhaustedDeliveries'];

/** Why a rule can't be looked at in the past; undefined where it can. */
export function whyImpossible(
  { metric, comparison }: Condition,
  wholeAccount: boolean,
): string | undefined {
  if (metric === 'pendingAgeSeconds') {
    return 'How long deliveries had been due is not kept, so pendingAgeSeconds can only be looked at now.';
  }
  if (COUNTED.includes(metric)) return undefined;
  if (wholeAccount) {
    return `Of a whole account only ${COUNTED.join(', ')} can be looked at in the past.`;
  }
  if (comparison === 'below') {
    return `Of ${metric} only "above" can be looked at in the past.`;
  }
  return undefined;
}

/**
 * The time that can be looked at.
 *
 * @param mark up to where attempts are counted for good
 * @param notes what can't be looked at, or not exactly, is added to these
 */
export function reachOf(
  condition: Condition,
  asked: PastTime,
  mark: Date | undefined,
  notes: string[],
): Reach {
  const { metric, windowMs, minimum } = condition;
  const kept = spanStart(
    new Date(asked.to.getTime() - FINE_KEPT_MS + HOUR_MS),
    SPANS.hour,
  ).getTime();
  const summed = mark === undefined ? kept : spanStart(mark, SPANS.hour).getTime();
  const fineFrom = new Date(windowMs > MOST_OF_MINUTES_MS ? summed : Math.min(kept, summed));
  const isRate = metric === 'successRate' || metric === 'p95LatencyMs';
  if (minimum > 0 && !isRate) {
    notes.push(`The minimum of attempts is not looked at for ${metric}.`);
  }
  if (metric === 'consecutiveFailures' || metric === 'timeSinceLastSuccess') {
    notes.push('What failed before that time is not counted.');
  }
  if (metric === 'exhaustedDeliveries') {
    notes.push(
      'Deliveries that were made again since, or that are past their retention, are not counted.',
    );
  }
  if (!isRate || fineFrom <= asked.from) return { ...asked, fineFrom };
  if (windowMs < LEAST_OF_HOURS_MS) {
    notes.push(
      'Counts for a window under 1h are kept for two days; before that nothing was looked at.',
    );
    return { from: new Date(fineFrom.getTime() + windowMs), to: asked.to, fineFrom };
  }
  notes.push(`Before ${fineFrom.toISOString()} it was looked at hour by hour.`);
  return { ...asked, fineFrom };
}
