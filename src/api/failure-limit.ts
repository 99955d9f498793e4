import { LRUCache } from 'lru-cache';

/** Failures within the window after which a client is refused. */
const MAX_FAILURES = 10;

/** The window, which begins with its first failure. */
const WINDOW_MS = 60_000;

/** Most clients that are counted at the same time; past that, those that failed longest ago are forgotten. */
const MAX_CLIENTS = 10_000;

/** Counts the failures of clients, so that none can try keys without end. */
export interface FailureLimit {
  /** How long a client is refused still, in milliseconds; 0 where it may try. */
  refusedForMs(client: string): number;
  /** Counts a failure. */
  add(client: string): void;
}

/** @param nowMs a clock that never goes back, in milliseconds; the process' own where left out */
export function createFailureLimit(nowMs: () => number = () => performance.now()): FailureLimit {
  const failures = new LRUCache<string, number>({
    max: MAX_CLIENTS,
    ttl: WINDOW_MS,
    noUpdateTTL: true,
    perf: { now: nowMs },
    ttlResolution: 0,
  });
  return {
    refusedForMs(client) {
      const count = failures.get(client) ?? 0;
      return count < MAX_FAILURES ? 0 : failures.getRemainingTTL(client);
    },
    add(client) {
      failures.set(client, (failures.get(client) ?? 0) + 1);
    },
  };
}
