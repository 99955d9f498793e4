import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.js';
import { recordApiKeyUse } from '../store/api-keys.js';
import type { Ledger } from '../store/ledger.js';

/** How long a recorded use stands before the next is recorded. */
const RECORD_EVERY_MS = 60_000;

/** Most keys whose last recorded use is remembered; of the others the ledger remembers it. */
const MAX_KEYS = 10_000;

/** Records when keys were last used, beside the requests that use them. */
export interface LastUse {
  /** Records a use soon, at most once a minute for each key over all processes. */
  note(keyId: string): void;
  /** Resolves when what is under way is recorded. */
  drain(): Promise<void>;
}

export function createLastUse(options: { ledger: Ledger; clock: Clock; log: Logger }): LastUse {
  const { ledger, clock, log } = options;
  const recordedAt = new LRUCache<string, number>({ max: MAX_KEYS });
  const underWay = new Set<Promise<void>>();

  async function record(keyId: string, now: Date): Promise<void> {
    const before = new Date(now.getTime() - RECORD_EVERY_MS);
    try {
      await recordApiKeyUse(ledger, keyId, { now, before });
    } catch (error) {
      // The time of the last use is for people; a request that was let in does not fail for it.
      log.warn({ error, keyId }, 'use of an API key not recorded');
    }
  }

  return {
    note(keyId) {
      const now = clock();
      const last = recordedAt.get(keyId);
      if (last !== undefined && now.getTime() - last < RECORD_EVERY_MS) return;
      recordedAt.set(keyId, now.getTime());
      const recording = record(keyId, now).finally(() => underWay.delete(recording));
      underWay.add(recording);
    },
    async drain() {
      await Promise.all(underWay);
    },
  };
}
