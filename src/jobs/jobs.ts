import type { Logger } from 'pino';
import type { Alerts } from '../alerts/alerts.js';
import type { Notifier } from '../alerts/notifier.js';
import type { Archive } from '../archive/archive.js';
import type { Tasks } from '../archive/tasks.js';
import type { Settings } from '../config.js';
import type { Clock } from '../domain/clock.js';
import type { RepeatableJob } from '../queue/repeatable-jobs.js';
import type { Ledger } from '../store/ledger.js';
import type { Replays } from '../webhooks/replays.js';
import type { WebhookTests } from '../webhooks/trials.js';
import { alertsJob } from './alerts.js';
import { archiveJob } from './archive.js';
import { cleanupJob } from './cleanup.js';
import { noticesJob } from './notices.js';
import { partitionsJob } from './partitions.js';
import { probesJob } from './probes.js';
import { reconcileJob } from './reconcile.js';
import type { Reconciliation } from './reconciliation.js';
import { replaysJob } from './replays.js';
import { type Rollup, rollupJob } from './rollup.js';
import { tasksJob } from './tasks.js';
import { warningsJob } from './warnings.js';
import { type ZombieSweep, zombieJob } from './zombie-sweep.js';

/** All repeatable jobs of an installation. */
export function repeatableJobs(options: {
  ledger: Ledger;
  zombies: ZombieSweep;
  reconciliation: Reconciliation;
  notifier: Notifier;
  alerts: Alerts;
  rollup: Rollup;
  tests: WebhookTests;
  replays: Replays;
  archive: Archive;
  tasks: Tasks;
  settings: Settings;
  clock: Clock;
  log: Logger;
}): readonly RepeatableJob[] {
  const {
    ledger,
    zombies,
    reconciliation,
    notifier,
    alerts,
    rollup,
    tests,
    replays,
    archive,
    tasks,
    settings,
    clock,
    log,
  } = options;
  return [
    zombieJob(zombies, settings.zombieSchedule, log),
    noticesJob(notifier),
    warningsJob({ ledger, settings, clock, log }),
    rollupJob(rollup),
    alertsJob(alerts),
    replaysJob(replays),
    probesJob({ ledger, tests, replays, settings, clock, random: Math.random, log }),
    partitionsJob(ledger, clock, log),
    archiveJob(archive, log),
    tasksJob(tasks),
    cleanupJob({ ledger, settings, clock, log }),
    reconcileJob(reconciliation, log),
  ];
}
