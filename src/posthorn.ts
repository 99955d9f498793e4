import type { Logger } from 'pino';
import { type Alerts, createAlerts } from './alerts/alerts.js';
import { createChannelSender } from './alerts/channel-sender.js';
import { type Channels, createChannels } from './alerts/channels.js';
import { createMailer } from './alerts/mailer.js';
import { createNotifier } from './alerts/notifier.js';
import { type Archive, createArchive } from './archive/archive.js';
import { createErasure, type Erasure } from './archive/erasure.js';
import { createTasks, type Tasks } from './archive/tasks.js';
import {
  type PosthornOptions,
  readSettings,
  type SettingInForce,
  type Settings,
  settingsInForce,
} from './config.js';
import type { Sender } from './delivery/sender.js';
import { createAddressPolicy } from './domain/address.js';
import { type Clock, systemClock } from './domain/clock.js';
import { InvalidInputError } from './domain/errors.js';
import { createSecretBox, type SecretBox } from './domain/secret-box.js';
import { type Installation, openInstallation } from './installation.js';
import { makePartitionsAhead } from './jobs/partitions.js';
import { createReconciliation, type Reconciliation } from './jobs/reconciliation.js';
import { createRollup, type Rollup } from './jobs/rollup.js';
import { createZombieSweep, type ZombieSweep } from './jobs/zombie-sweep.js';
import { type ApiKeys, createApiKeys } from './keys/api-keys.js';
import { createLogger } from './log.js';
import { createMetrics, type Metrics } from './metrics.js';
import { createPortal, type Portal } from './portal/portal.js';
import { createPresence, type Presence } from './presence.js';
import { createProducer, type Producer } from './producers/producer.js';
import { type DeliveryQueue, openDeliveryQueue } from './queue/delivery-queue.js';
import { createLazyQueueBoard, type LazyQueueBoard } from './queue/lazy-board.js';
import { openQueueBackend } from './queue/open-backend.js';
import type { Role } from './roles.js';
import { closeLedger, openLedger } from './store/ledger.js';
import { createRequestAnswers, type RequestAnswers } from './store/request-answers.js';
import { createSurroundingsReader, type SurroundingsReader } from './surroundings.js';
import { openTracing } from './tracing/open.js';
import { VERSION } from './version.js';
import { type AccountFormats, createAccountFormats } from './webhooks/account-formats.js';
import {
  createDeliveries,
  createEvents,
  type Deliveries,
  type Events,
} from './webhooks/deliveries.js';
import { createHealthReader, type HealthReader } from './webhooks/health.js';
import { createOverviewReader, type OverviewReader } from './webhooks/overview.js';
import { createPolicyReader, type PolicyReader } from './webhooks/policy.js';
import { createReplays, type Replays } from './webhooks/replays.js';
import { createSecretReader, type SecretReader } from './webhooks/secrets.js';
import { createStatsReader, type StatsReader } from './webhooks/stats.js';
import { createTrafficReader, type TrafficReader } from './webhooks/traffic.js';
import { createWebhookTests, type WebhookTests } from './webhooks/trials.js';
import { createVerifier } from './webhooks/verification.js';
import { createWebhooks, type Webhooks } from './webhooks/webhooks.js';

/** Posthorn, open in this process. */
export interface Posthorn extends Pick<Producer, 'enqueue' | 'enqueueMany'> {
  readonly settings: Settings;
  readonly installation: Pick<Installation, 'apiKey' | 'embedded' | 'madeKeys' | 'databaseUrl'>;
  readonly webhooks: Webhooks;
  /** How requests look of webhooks that have no format of their own, by account. */
  readonly formats: AccountFormats;
  readonly events: Events;
  readonly deliveries: Deliveries;
  readonly zombies: ZombieSweep;
  readonly policy: PolicyReader;
  readonly channels: Channels;
  readonly alerts: Alerts;
  readonly stats: StatsReader;
  readonly tests: WebhookTests;
  readonly replays: Replays;
  readonly archive: Archive;
  readonly erasure: Erasure;
  readonly tasks: Tasks;
  readonly rollup: Rollup;
  readonly reconciliation: Reconciliation;
  readonly metrics: ProcessMetrics;
  readonly keys: ApiKeys;
  readonly portal: Portal;
  readonly queue: Pick<DeliveryQueue, 'counts' | 'shardFigures'>;
  /** Bull Board, for whoever wants to look at the jobs themselves. */
  readonly queueBoard: Pick<LazyQueueBoard, 'open'>;
  readonly surroundings: SurroundingsReader;
  readonly overview: OverviewReader;
  /** The processes at work; `announce` adds this one. */
  readonly processes: Pick<Presence, 'announce' | 'list'>;
  readonly health: HealthReader;
  readonly traffic: TrafficReader;
  readonly secrets: SecretReader;
  /** What requests of the HTTP API with an `Idempotency-Key` were answered. */
  readonly requestAnswers: RequestAnswers;
  /** Seals what this installation alone can open again. */
  readonly secretBox: Pick<SecretBox, 'seal' | 'open'>;
  /** Starts working in these roles. */
  start(roles: readonly Role[]): Promise<void>;
  /**
   * Makes the deliveries of this webhook in this process until it stops, and keeps them from the workers.
   * The webhook is deleted soon after its process is heard of no more. Throws `NotFoundError`.
   */
  startListener(webhookId: string): Promise<void>;
  /**
   * Runs a repeatable job once, now, beside its schedule: harmless, whoever else runs it. Throws
   * `InvalidInputError` where none has this name.
   */
  runJob(name: string): Promise<void>;
  /** Rejects where PostgreSQL or the queue can't be reached. */
  ping(): Promise<void>;
  /**
   * Stops in order: takes no more work, lets what is in flight end within `POSTHORN_SHUTDOWN_TIMEOUT`,
   * commits it, and closes every connection. May be called twice.
   */
  stop(): Promise<void>;
}

/** What a process does with its metrics, besides what Posthorn tells by itself. */
export type ProcessMetrics = Pick<
  Metrics,
  | 'text'
  | 'contentType'
  | 'watchProcess'
  | 'nameProcess'
  | 'snapshot'
  | 'joinProcesses'
  | 'requestAnswered'
>;

/** What can be passed in besides settings. */
export interface PosthornDependencies {
  /** A pino logger; JSON lines on stderr where left out. */
  readonly log?: Logger | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * Opens Posthorn: connects to the ledger and the queue, or starts the embedded PostgreSQL where no
 * `databaseUrl` is given. Options stand before the environment. Throws `InvalidSettingsError`,
 * `LedgerError` or `EmbeddedPostgresError`.
 *
 * @example
 * const posthorn = await createPosthorn({ databaseUrl, redisUrl, secretKey });
 * await posthorn.enqueue({ type: 'expense.created', payload: { id: 42 } });
 * await posthorn.stop();
 */
export async function createPosthorn(
  options: PosthornOptions = {},
  dependencies: PosthornDependencies = {},
): Promise<Posthorn> {
  const settings = readSettings(options);
  const log = dependencies.log ?? createLogger(settings.logLevel);
  const clock = dependencies.clock ?? systemClock;
  const isAllowed = createAddressPolicy({ allowCidrs: settings.allowCidrs });
  const installation = await openInstallation(settings, log);
  try {
    const inForce = settingsInForce(options);
    return await assemble({ settings, inForce, log, clock, isAllowed, installation });
  } catch (error) {
    await installation.stop();
    throw error;
  }
}

async function assemble(parts: {
  settings: Settings;
  inForce: readonly SettingInForce[];
  log: Logger;
  clock: Clock;
  isAllowed: (address: string) => boolean;
  installation: Installation;
}): Promise<Posthorn> {
  const { settings, inForce, log, clock, isAllowed, installation } = parts;
  const { databaseUrl } = installation;
  const secretBox = createSecretBox(installation.secretKey, installation.formerSecretKeys);
  const { databasePool: poolSize, preparedStatements: prepare, answerTimeout } = settings;
  const ledger = openLedger({ databaseUrl, poolSize, prepare, answerTimeoutMs: answerTimeout });
  const backend = openQueueBackend({ settings, databaseUrl, log });
  const queue = openDeliveryQueue(backend, settings, log);
  const queueBoard = createLazyQueueBoard(backend, log);
  const metrics = createMetrics();
  const traces = await openTracing({ settings, version: VERSION, log });
  const { tracing } = traces;
  const producer = createProducer({ ledger, queue, metrics, tracing, clock, log });
  const zombies = createZombieSweep({ ledger, settings, metrics, clock, log });
  const reconciliation = createReconciliation({ ledger, settings, metrics, clock, log });
  const outbound = createOutbound({ settings, isAllowed, clock });
  const channelSender = createChannelSender({
    mailer: createMailer(settings),
    sender: outbound.sender,
    secretBox,
    settings,
  });
  const random = Math.random;
  const notifier = createNotifier({
    ledger,
    sender: channelSender,
    settings,
    metrics,
    clock,
    random,
    log,
  });
  const alerts = createAlerts({ ledger, metrics, clock, log });
  const rollup = createRollup({ ledger, settings, clock, log });
  const { sender } = outbound;
  const webhooks = createWebhooks({
    ledger,
    secretBox,
    isAllowed,
    urlRules: settings,
    verifier: createVerifier({ sender, secretBox, settings, clock }),
    verification: settings.verification,
    metrics,
    clock,
    log,
  });
  const formats = createAccountFormats({ ledger, clock, log });
  const archive = createArchive({ ledger, settings, clock, log });
  const erasure = createErasure({ ledger, settings, clock, log });
  const tasks = createTasks({ ledger, archive, erasure, clock, log });
  const replays = createReplays({ ledger, webhooks, clock, log });
  const tests = createWebhookTests({ ledger, sender, secretBox, settings, clock });
  const processes = createPresence({ ledger, clock, log });
  const keys = createApiKeys({ ledger, clock, log });
  if (installation.embedded) await makePartitionsAhead(ledger, clock, log);

  const context = {
    ...parts,
    databaseUrl,
    secretBox,
    ledger,
    backend,
    queue,
    zombies,
    reconciliation,
    notifier,
    alerts,
    rollup,
    tests,
    replays,
    archive,
    metrics,
    tracing,
    tasks,
  };
  const running: { stop(): Promise<void> }[] = [];
  const started = new Set<Role>();
  let stopped: Promise<void> | undefined;

  async function stop(): Promise<void> {
    await producer.drain();
    for (const role of running.reverse()) await role.stop();
    await processes.stop();
    await keys.drain();
    await outbound.stop();
    await traces.stop();
    await queueBoard.close();
    await queue.close();
    await backend.close();
    await closeLedger(ledger);
    await installation.stop();
  }

  return {
    settings,
    installation,
    enqueue: producer.enqueue,
    enqueueMany: producer.enqueueMany,
    webhooks,
    formats,
    tests,
    replays,
    archive,
    erasure,
    tasks,
    stats: createStatsReader({ ledger, webhooks, clock }),
    rollup,
    events: createEvents({ ledger }),
    deliveries: createDeliveries({ ledger, queue, clock, log }),
    zombies,
    policy: createPolicyReader({ ledger, settings }),
    alerts,
    channels: createChannels({
      ledger,
      secretBox,
      isAllowed,
      urlRules: settings,
      hasMail: settings.smtpUrl !== undefined,
      sender: channelSender,
      clock,
      log,
    }),
    reconciliation,
    metrics,
    keys,
    portal: createPortal({ ledger, secretBox, settings, clock, log }),
    queue,
    queueBoard,
    surroundings: createSurroundingsReader({
      ledger,
      backend,
      installation,
      settings,
      inForce,
      roles: () => [...started],
    }),
    overview: createOverviewReader({ ledger, queue, settings, clock }),
    processes,
    health: createHealthReader({ ledger, settings, clock }),
    traffic: createTrafficReader({ ledger, webhooks, backend, settings, clock }),
    secrets: createSecretReader({ ledger, clock }),
    requestAnswers: createRequestAnswers(ledger),
    secretBox,
    async start(roles) {
      // Only here, so that a backend that enqueues need not load what makes deliveries.
      const { startScheduler, startWorker } = await import('./roles.js');
      if (roles.includes('scheduler')) {
        running.push(await startScheduler(context));
        processes.announce('scheduler');
      }
      if (roles.includes('worker')) {
        const worker = await startWorker(context);
        running.push(worker);
        processes.announce('worker', worker);
      }
      for (const role of roles) started.add(role);
    },
    async startListener(webhookId) {
      const { startListener } = await import('./roles.js');
      running.push(await startListener(context, webhookId));
    },
    async runJob(name) {
      const { repeatableJobs } = await import('./jobs/jobs.js');
      const jobs = repeatableJobs(context);
      const job = jobs.find((each) => each.name === name);
      if (job === undefined) {
        const names = jobs.map((each) => each.name).join(', ');
        throw new InvalidInputError(`there is no job ${name}: use ${names}`);
      }
      await job.run();
    },
    async ping() {
      await ledger.$queryRaw`SELECT 1`;
      await backend.ping();
    },
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

/**
 * The sender of requests that are no deliveries, made when it is first needed, so that a backend that only
 * enqueues need not load it.
 */
function createOutbound(options: {
  settings: Settings;
  isAllowed: (address: string) => boolean;
  clock: Clock;
}): { sender(): Promise<Sender>; stop(): Promise<void> } {
  const { settings: urlRules, isAllowed, clock } = options;
  let made: Promise<Sender> | undefined;
  return {
    sender() {
      made ??= import('./delivery/sender.js').then(({ createSender }) =>
        createSender({ isAllowed, urlRules, clock, userAgent: `Posthorn/${VERSION}` }),
      );
      return made;
    },
    async stop() {
      (await made)?.stop();
    },
  };
}
