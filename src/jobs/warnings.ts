import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import type { Clock } from '../domain/clock.js';
import type { RepeatableJob } from '../queue/repeatable-jobs.js';
import type { Ledger } from '../store/ledger.js';
import { writeWarnings } from '../store/warnings.js';

/** Warns the owners of failing webhooks at the times that their policies set, every ten minutes. */
export function warningsJob(options: {
  ledger: Ledger;
  settings: Pick<Settings, 'policies'>;
  clock: Clock;
  log: Logger;
}): RepeatableJob {
  const { ledger, settings, clock, log } = options;
  return {
    name: 'warnings',
    schedule: { everyMs: 600_000 },
    async run() {
      const warned = await writeWarnings(ledger, { now: clock(), policies: settings.policies });
      for (const warning of warned) log.warn({ ...warning }, 'webhook at risk');
    },
  };
}
