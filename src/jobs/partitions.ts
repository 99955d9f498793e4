import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.js';
import type { RepeatableJob } from '../queue/repeatable-jobs.js';
import type { Ledger } from '../store/ledger.js';
import { addDays, makePartitions } from '../store/partitions.js';

/** Days ahead that have their partitions, so that a scheduler may be away for a week. */
const DAYS_AHEAD = 7;

/**
 * Makes the day partitions of yesterday to a week ahead. Yesterday's, because a delivery may be written
 * just after midnight for an event of just before.
 */
export async function makePartitionsAhead(
  ledger: Ledger,
  clock: Clock,
  log: Logger,
): Promise<void> {
  const now = clock();
  const made = await makePartitions(ledger, addDays(now, -1), addDays(now, DAYS_AHEAD));
  if (made.length > 0) log.info({ partitions: made.length, last: made.at(-1) }, 'partitions made');
}

/** Makes partitions ahead every six hours. */
export function partitionsJob(ledger: Ledger, clock: Clock, log: Logger): RepeatableJob {
  return {
    name: 'partitions',
    schedule: { everyMs: 6 * 3_600_000 },
    run: () => makePartitionsAhead(ledger, clock, log),
  };
}
