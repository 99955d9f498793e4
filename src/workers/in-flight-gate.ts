import { LRUCache } from 'lru-cache';
import {
  type Answer,
  adaptLimit,
  firstLimit,
  type InFlightLimit,
  type LimitBounds,
  loadOf,
} from '../domain/in-flight-limit.js';
import type { AttemptResult } from '../domain/outcome.js';
import type { InFlight } from '../queue/in-flight.js';

/** A delivery that went through the gate. */
export interface Passage {
  /**
   * Counts it out, with what came of its attempt where it was made.
   *
   * @returns the most that may be in flight to the webhook now
   */
  leave(result?: AttemptResult): number;
}

/** Decides for each delivery whether its webhook may have one more in flight. */
export interface InFlightGate {
  /** Lets the delivery through, or answers with the limit that is used up. */
  enter(delivery: {
    readonly deliveryId: string;
    readonly webhookId: string;
    /** The webhook's own limit; null means the setting. */
    readonly maxInFlight: number | null;
  }): Promise<Passage | { readonly limit: number }>;
}

/** What this process knows of one webhook. */
interface Lane {
  known: InFlightLimit;
  /** In flight from this process. */
  count: number;
  /** True where its last answer was a success. */
  well: boolean;
}

/** The part of the free slots that one webhook may have. */
const SHARE_OF_FREE = 0.25;

/** Webhooks of which the limits are kept in memory. */
const MOST_LANES = 20_000;

/**
 * Two limits hold for each webhook. Over all processes, the one that its endpoint has shown to take
 * (`in-flight-limit.ts`). In this process, a quarter of the slots that are free now: the fewer are free the
 * less any one webhook gets, so that however many hang there are slots for the others. When hardly any is
 * free, only webhooks that were well when last heard of get one.
 *
 * @param options.slots deliveries that this process makes at the same time
 */
export function createInFlightGate(options: {
  inFlight: InFlight;
  bounds: LimitBounds;
  slots: number;
}): InFlightGate {
  const { inFlight, slots } = options;
  const lanes = new LRUCache<string, Lane>({ max: MOST_LANES });
  let busy = 0;

  function laneOf(webhookId: string, bounds: LimitBounds): Lane {
    const lane = lanes.get(webhookId) ?? { known: firstLimit(bounds), count: 0, well: false };
    lanes.set(webhookId, lane);
    return lane;
  }

  return {
    async enter({ deliveryId, webhookId, maxInFlight }) {
      const most = maxInFlight ?? options.bounds.most;
      const bounds = { least: Math.min(options.bounds.least, most), most };
      const lane = laneOf(webhookId, bounds);
      const limit = Math.min(most, Math.floor(lane.known.limit));
      const share = Math.max(lane.well ? 1 : 0, Math.floor((slots - busy) * SHARE_OF_FREE));
      if (lane.count >= Math.min(limit, share)) return { limit };
      lane.count += 1;
      busy += 1;
      const release = () => {
        lane.count -= 1;
        busy -= 1;
      };
      const entry = { webhookId, deliveryId, limit };
      const together = await inFlight.enter(entry).catch((error: unknown) => {
        release();
        throw error;
      });
      if (together === 0) {
        release();
        return { limit };
      }
      return {
        leave(result) {
          release();
          inFlight.leave(entry);
          if (result !== undefined) {
            const answer = toAnswer(result, together);
            lane.known = adaptLimit(lane.known, answer, bounds);
            lane.well = answer.kind === 'ok';
          }
          return Math.min(most, Math.floor(lane.known.limit));
        },
      };
    },
  };
}

function toAnswer({ startedAt, durationMs, outcome }: AttemptResult, inFlight: number): Answer {
  return { startedAt: startedAt.getTime(), durationMs, kind: loadOf(outcome), inFlight };
}
