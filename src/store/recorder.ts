import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createBatcher } from './batcher.js';
import type { Ledger } from './ledger.js';
import { type OutcomeRow, writeOutcomes } from './outcomes.js';

/** Commits outcomes in groups. */
export interface Recorder {
  /** Resolves when the group that holds this outcome is committed. */
  record(outcome: OutcomeRow): Promise<void>;
  /** Resolves when all that was handed in is committed. */
  drain(): Promise<void>;
}

/** Most outcomes in one commit. */
const MAX_GROUP = 500;

/** How long the first outcome of a group waits for others. */
const GROUP_DELAY_MS = 2;

/** How long a commit is tried again while PostgreSQL can't be reached, before the jobs fail. */
const COMMIT_PATIENCE_MS = 60_000;

const LONGEST_PAUSE_MS = 2_000;

/**
 * A commit that fails is repeated for a minute, because a request that was made and not recorded is made
 * again: a short absence of PostgreSQL should cost no duplicate. Past that the jobs fail, and the queue
 * brings them back.
 */
export function createRecorder(options: { ledger: Ledger; log: Logger }): Recorder {
  const { ledger, log } = options;

  async function commit(outcomes: readonly OutcomeRow[]): Promise<readonly undefined[]> {
    const giveUpAt = Date.now() + COMMIT_PATIENCE_MS;
    for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        for (const webhookId of await writeOutcomes(ledger, outcomes)) {
          log.warn({ webhookId, reason: 'gone' }, 'webhook deactivated');
        }
        return outcomes.map(() => undefined);
      } catch (error) {
        if (Date.now() + pauseMs > giveUpAt) throw error;
        log.warn({ error, outcomes: outcomes.length, pauseMs }, 'commit failed, trying again');
        await sleep(pauseMs);
      }
    }
  }

  const batcher = createBatcher({
    flush: commit,
    maxItems: MAX_GROUP,
    maxDelayMs: GROUP_DELAY_MS,
    concurrency: 1,
  });
  return { record: (outcome) => batcher.add(outcome), drain: () => batcher.drain() };
}
