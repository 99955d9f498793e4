import type { Alerts } from '../alerts/alerts.js';
import type { RepeatableJob } from '../queue/repeatable-jobs.js';

/** Evaluates alert rules every minute. */
export function alertsJob(alerts: Alerts): RepeatableJob {
  return {
    name: 'alerts',
    schedule: { everyMs: 60_000 },
    async run() {
      await alerts.evaluate();
    },
  };
}
