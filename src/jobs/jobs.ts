import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import type { Clock } from '../domain/clock.js';
import type { RepeatableJob } from '../queue/repeatable-jobs.js';
import type { Ledger } from '../store/ledger.js';
import { cleanupJob } from './cleanup.js';
import { partitionsJob } from './partitions.js';
import { reconcileJob } from './reconcile.js';
import type { Reconciliation } from './reconciliation.js';
import { type ZombieSweep, zombieJob } from './zombie-sweep.js';

/** All repeatable jobs of an installation. */
export function repeatableJobs(options: {
  ledger: Ledger;
  zombies: ZombieSweep;
  reconciliation: Reconciliation;
  settings: Settings;
  clock: Clock;
  log: Logger;
}): readonly RepeatableJob[] {
  const { ledger, zombies, reconciliation, settings, clock, log } = options;
  return [
    zombieJob(zombies, settings.zombieSchedule, log),
    partitionsJob(ledger, clock, log),
    cleanupJob({ ledger, settings, clock, log }),
    reconcileJob(reconciliation, log),
  ];
}
