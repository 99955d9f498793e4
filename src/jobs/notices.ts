import type { Notifier } from '../alerts/notifier.js';
import type { RepeatableJob } from '../queue/repeatable-jobs.js';

/** Tells what there is to tell, every five seconds. */
export function noticesJob(notifier: Notifier): RepeatableJob {
  return { name: 'notices', schedule: { everyMs: 5_000 }, run: () => notifier.run() };
}
