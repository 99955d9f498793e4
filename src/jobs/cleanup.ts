import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import type { Clock } from '../domain/clock.js';
import type { RepeatableJob } from '../queue/repeatable-jobs.js';
import { deleteExpiredKeys } from '../store/idempotency-keys.js';
import type { Ledger } from '../store/ledger.js';
import { lapsedListeners } from '../store/listeners.js';
import { deleteEndedMessages } from '../store/messages.js';
import { deleteExhaustedNotices } from '../store/notices.js';
import { deleteOrphanedStats } from '../store/stats.js';
import { deleteEndedTasks } from '../store/tasks.js';
import { deleteWebhook } from '../store/webhook-state.js';

/** How long it is known what was told, in milliseconds: single deliveries tell of themselves. */
const EXHAUSTED_NOTICES_MS = 7 * 86_400_000;
const MESSAGES_MS = 90 * 86_400_000;
const TASKS_MS = 365 * 86_400_000;

/**
 * Every hour, forgets idempotency keys, notices, messages, tasks and listeners past their time, and counts of
 * webhooks that were deleted.
 */
export function cleanupJob(options: {
  ledger: Ledger;
  settings: Pick<Settings, 'idempotencyTtl'>;
  clock: Clock;
  log: Logger;
}): RepeatableJob {
  const { ledger, settings, clock, log } = options;
  return {
    name: 'cleanup',
    schedule: { everyMs: 3_600_000 },
    async run() {
      const now = clock().getTime();
      const keys = await deleteExpiredKeys(ledger, new Date(now - settings.idempotencyTtl));
      await deleteExhaustedNotices(ledger, new Date(now - EXHAUSTED_NOTICES_MS));
      await deleteEndedMessages(ledger, new Date(now - MESSAGES_MS));
      await deleteEndedTasks(ledger, new Date(now - TASKS_MS));
      await deleteOrphanedStats(ledger);
      const listeners = await lapsedListeners(ledger, new Date(now));
      for (const id of listeners) await deleteWebhook(ledger, id, { now: new Date(now) });
      if (keys + listeners.length > 0) {
        log.info({ keys, listeners: listeners.length }, 'cleaned up');
      }
    },
  };
}
