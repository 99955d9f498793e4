import type { Logger } from 'pino';
import type { Alerts } from './alerts/alerts.js';
import type { Notifier } from './alerts/notifier.js';
import type { Archive } from './archive/archive.js';
import type { Tasks } from './archive/tasks.js';
import type { Settings } from './config.js';
import { createSender } from './delivery/sender.js';
import { createDispatcher } from './dispatcher/dispatcher.js';
import type { Clock } from './domain/clock.js';
import type { SecretBox } from './domain/secret-box.js';
import { repeatableJobs } from './jobs/jobs.js';
import { makePartitionsAhead } from './jobs/partitions.js';
import type { Reconciliation } from './jobs/reconciliation.js';
import type { Rollup } from './jobs/rollup.js';
import type { ZombieSweep } from './jobs/zombie-sweep.js';
import type { Metrics } from './metrics.js';
import type { QueueBackend } from './queue/backend.js';
import type { DeliveryQueue } from './queue/delivery-queue.js';
import { createRepeatableWorker, openRepeatableJobs } from './queue/repeatable-jobs.js';
import { createDueEar } from './store/due-ear.js';
import type { Ledger } from './store/ledger.js';
import type { Tracing } from './tracing.js';
import { createInstallationFigures } from './webhooks/installation-figures.js';
import type { Replays } from './webhooks/replays.js';
import type { WebhookTests } from './webhooks/trials.js';
import { createDeliveryWorker, type DeliveryWorker } from './workers/delivery-worker.js';
import { createListener } from './workers/listener.js';

/** What a process can do besides enqueueing: make deliveries, or dispatch and run the repeatable jobs. */
export type Role = 'worker' | 'scheduler';

/** What the roles of one process share. */
export interface RoleContext {
  readonly settings: Settings;
  readonly databaseUrl: string;
  readonly ledger: Ledger;
  readonly backend: QueueBackend;
  readonly queue: DeliveryQueue;
  readonly secretBox: SecretBox;
  readonly isAllowed: (address: string) => boolean;
  readonly zombies: ZombieSweep;
  readonly reconciliation: Reconciliation;
  readonly notifier: Notifier;
  readonly alerts: Alerts;
  readonly rollup: Rollup;
  readonly tests: WebhookTests;
  readonly replays: Replays;
  readonly archive: Archive;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly tasks: Tasks;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A role at work. */
export interface RunningRole {
  stop(): Promise<void>;
}

/** Starts making deliveries. */
export async function startWorker(context: RoleContext): Promise<DeliveryWorker> {
  const { isAllowed, clock, settings } = context;
  const log = context.log.child({ role: 'worker' });
  const sender = createSender({ isAllowed, urlRules: settings, clock });
  const worker = createDeliveryWorker({ ...context, sender, log });
  await worker.start();
  return worker;
}

/** Starts making the deliveries of one webhook in this process, and keeps them from every other. */
export async function startListener(context: RoleContext, webhookId: string): Promise<RunningRole> {
  const { isAllowed, clock, settings } = context;
  const log = context.log.child({ role: 'listener' });
  const sender = createSender({ isAllowed, urlRules: settings, clock });
  const listener = createListener({ ...context, webhookId, sender, log });
  await listener.start();
  return listener;
}

/** How long a delivery that tries may wait in the queue and for its commit, beside its time limit. */
const PROBE_PATIENCE_MS = 30_000;

/** Starts the dispatcher, its ear for commits, and the repeatable jobs. */
export async function startScheduler(context: RoleContext): Promise<RunningRole> {
  const { settings, databaseUrl, ledger, backend, queue, metrics, clock } = context;
  const log = context.log.child({ role: 'scheduler' });
  await makePartitionsAhead(ledger, clock, log);
  const list = repeatableJobs({ ...context, log });
  const jobs = openRepeatableJobs(backend, list, log);
  const worker = createRepeatableWorker(backend, list, { metrics, clock, log });
  const dispatcher = createDispatcher({
    ledger,
    backend,
    queue,
    jobs,
    clock,
    pollIntervalMs: settings.pollInterval,
    leaseMs: settings.queueLease,
    probeMs: settings.timeout + PROBE_PATIENCE_MS,
    metrics,
    log,
  });
  const ear = createDueEar({
    databaseUrl,
    answerTimeoutMs: settings.answerTimeout,
    onDue: dispatcher.wake,
    log,
  });
  metrics.watchInstallation(createInstallationFigures({ ledger, queue, clock }));
  dispatcher.start();
  ear.start();
  void worker.run().catch((error) => log.fatal({ error }, 'the repeatable jobs ended'));
  return {
    async stop() {
      await ear.stop();
      await dispatcher.stop();
      await worker.close(settings.shutdownTimeout);
      await jobs.close();
    },
  };
}
