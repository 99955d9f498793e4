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
   * @returns the most of the webhook's deliveries that may be queued or in flight now
   */
  leave(result?: AttemptResult): number;
}

/** Decides for each delivery whether its webhook may have one more in flight. */
export interface InFlightGate {
  /**
   * Lets the delivery through, for a webhook that is well after a short wait, or answers with the most of
   * its deliveries that may be queued or in flight.
   */
  enter(delivery: {
    readonly deliveryId: string;
    readonly webhookId: string;
    /** The webhook's own limit; null means the setting. */
    readonly maxInFlight: number | null;
  }): Promise<Passage | { readonly allowance: number }>;
  /** How many deliveries are in flight from this process. */
  inFlight(): number;
}

/** What this process knows of one webhook. */
interface Lane {
  known: InFlightLimit;
  /** In flight from this process. */
  count: number;
  /** Whether its last answer was a success; undefined before the first. */
  well: boolean | undefined;
  /** Deliveries in slots that wait for another one to end, first come first served. */
  readonly waiting: Set<() => void>;
}

/** The part of the free slots that one webhook may have, and one that is well. */
const SHARE_OF_FREE = 0.25;
const SHARE_WHEN_WELL = 0.5;

/** How long a delivery may wait in its slot, in milliseconds. */
const LONGEST_WAIT_MS = 1_000;

/** Webhooks of which the limits are kept in memory. */
const MOST_LANES = 20_000;

/**
 * Two limits hold for each webhook. Over all processes, the one that its endpoint has shown to take
 * (`in-flight-limit.ts`). In this process, a quarter of the slots that are free now, and half where it was
 * well when last heard of: the fewer are free the less any one webhook gets, so that however many hang there
 * are slots for the others. When hardly any is free, only those that were well get one.
 *
 * Within its share a webhook that has not just failed may also wait in slots, so that a moment's rush does
 * not send its deliveries back to the ledger.
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
  let passing = 0;

  function laneOf(webhookId: string, bounds: LimitBounds): Lane {
    const known = lanes.get(webhookId);
    if (known !== undefined) return known;
    const lane: Lane = {
      known: firstLimit(bounds),
      count: 0,
      well: undefined,
      waiting: new Set(),
    };
    lanes.set(webhookId, lane);
    return lane;
  }

  function shareOf(lane: Lane): number {
    const part = lane.well ? SHARE_WHEN_WELL : SHARE_OF_FREE;
    return Math.max(lane.well ? 1 : 0, Math.floor((slots - busy) * part));
  }

  /** Takes a place as soon as one is free; false where none is in time, or there is no slot to wait in. */
  async function takePlace(lane: Lane, limit: () => number): Promise<boolean> {
    const giveUpAt = performance.now() + LONGEST_WAIT_MS;
    while (lane.count >= Math.min(limit(), shareOf(lane))) {
      const leftMs = giveUpAt - performance.now();
      const hasSlot = lane.count + lane.waiting.size < shareOf(lane);
      if (lane.well === false || !hasSlot || leftMs <= 0) return false;
      busy += 1;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(wake, leftMs);
        function wake() {
          clearTimeout(timer);
          lane.waiting.delete(wake);
          resolve();
        }
        lane.waiting.add(wake);
      });
      busy -= 1;
    }
    // Before anyone else can look: others that came with this one must see the place taken.
    lane.count += 1;
    busy += 1;
    passing += 1;
    return true;
  }

  return {
    inFlight: () => passing,

    async enter({ deliveryId, webhookId, maxInFlight }) {
      const most = maxInFlight ?? options.bounds.most;
      const bounds = { least: Math.min(options.bounds.least, most), most };
      const lane = laneOf(webhookId, bounds);
      const limit = () => Math.min(most, Math.floor(lane.known.limit));
      // As many again may wait for those in flight, so that an endpoint that is well has no pause.
      const allowance = () => (lane.well ? 2 : 1) * limit();
      if (!(await takePlace(lane, limit))) return { allowance: allowance() };
      const release = () => {
        lane.count -= 1;
        busy -= 1;
        passing -= 1;
        const [first] = lane.waiting;
        first?.();
      };
      const entry = { webhookId, deliveryId, limit: limit() };
      const together = await inFlight.enter(entry).catch((error: unknown) => {
        release();
        throw error;
      });
      if (together === 0) {
        release();
        return { allowance: limit() };
      }
      return {
        leave(result) {
          if (result !== undefined) {
            const answer = toAnswer(result, together);
            lane.known = adaptLimit(lane.known, answer, bounds);
            lane.well = answer.kind === 'ok';
          }
          inFlight.leave(entry);
          release();
          return allowance();
        },
      };
    },
  };
}

function toAnswer({ startedAt, durationMs, outcome }: AttemptResult, inFlight: number): Answer {
  return { startedAt: startedAt.getTime(), durationMs, kind: loadOf(outcome), inFlight };
}
