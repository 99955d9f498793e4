import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import type { Clock } from '../domain/clock.js';
import type { RepeatableJob } from '../queue/repeatable-jobs.js';
import { deleteExpiredKeys } from '../store/idempotency-keys.js';
import type { Ledger } from '../store/ledger.js';
import { dropPartitions } from '../store/partitions.js';

/** Every hour, forgets idempotency keys past their time and drops whole days past their retention. */
export function cleanupJob(options: {
  ledger: Ledger;
  settings: Pick<Settings, 'idempotencyTtl' | 'retention'>;
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
      const dropped = await dropPartitions(ledger, new Date(now - settings.retention));
      if (keys > 0 || dropped.length > 0) log.info({ keys, dropped }, 'cleaned up');
    },
  };
}
