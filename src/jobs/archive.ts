import type { Logger } from 'pino';
import type { Archive } from '../archive/archive.js';
import type { RepeatableJob } from '../queue/repeatable-jobs.js';

/** Every hour, moves days past their retention out of the tables. */
export function archiveJob(archive: Archive, log: Logger): RepeatableJob {
  return {
    name: 'archive',
    schedule: { everyMs: 3_600_000 },
    async run() {
      const { archived, dropped } = await archive.run();
      if (archived.length + dropped.length > 0)
        log.info({ archived, dropped }, 'days left the tables');
    },
  };
}
