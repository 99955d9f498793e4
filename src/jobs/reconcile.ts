import type { Logger } from 'pino';
import type { RepeatableJob } from '../queue/repeatable-jobs.js';
import type { Reconciliation } from './reconciliation.js';

/** Proves every five minutes that nothing was lost. */
export function reconcileJob(reconciliation: Reconciliation, log: Logger): RepeatableJob {
  return {
    name: 'reconcile',
    schedule: { everyMs: 5 * 60_000 },
    async run() {
      const { ok, durationMs, webhooks } = await reconciliation.runNext();
      // What it found wrong has lines of its own.
      log.debug({ ok, durationMs, webhooks }, 'reconciled');
    },
  };
}
