import type { Logger } from 'pino';
import { type Alerts, createAlerts } from './alerts/alerts.js';
import { createChannelSender } from './alerts/channel-sender.js';
import { type Channels, createChannels } from './alerts/channels.js';
import { createMailer } from './alerts/mailer.js';
import { createNotifier } from './alerts/notifier.js';
import { type Archive, createArchive } from './archive/archive.js';
import { createErasure, type Erasure } from './archive/erasure.js';
import { createTasks, type Tasks } from './archive/tasks.js';
import type { SettingInForce, Settings } from './config.js';
import { createLazySender } from './delivery/lazy-sender.js';
import { createAddressPolicy } from './domain/address.js';
import type { Clock } from './domain/clock.js';
import { createSecretBox, type SecretBox } from './domain/secret-box.js';
import type { Installation } from './installation.js';
import { makePartitionsAhead } from './jobs/partitions.js';
import { createReconciliation, type Reconciliation } from './jobs/reconciliation.js';
import { createRollup, type Rollup } from './jobs/rollup.js';
import { createZombieSweep, type ZombieSweep } from './jobs/zombie-sweep.js';
import { type ApiKeys, createApiKeys } from './keys/api-keys.js';
import { createMetrics, type Metrics } from './metrics.js';
import { createPortal, type Portal } from './portal/portal.js';
import { createPresence, type Presence } from './presence.js';
import { createProducer, type Producer } from './producers/producer.js';
import { type DeliveryQueue, openDeliveryQueue } from './queue/delivery-queue.js';
import { createLazyQueueBoard, type LazyQueueBoard } from './queue/lazy-board.js';
import { openQueueBackend } from './queue/open-backend.js';
import type { Role, RoleContext } from './roles.js';
import { closeLedger, openLedger } from './store/ledger.js';
import { createRequestAnswers, type RequestAnswers } from './store/request-answers.js';
import { createSurroundingsReader, type SurroundingsReader } from './surroundings.js';
import { openTracing } from './tracing/open.js';
import { VERSION } from './version.js';
import { type AccountFormats, createAccountFormats } from './webhooks/account-formats.js';
import { type Attempts, createAttempts } from './webhooks/attempts.js';
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

/** What a process offers, whatever its roles. */
export interface Services extends Pick<Producer, 'enqueue' | 'enqueueMany'> {
  readonly settings: Settings;
  readonly installation: Pick<Installation, 'apiKey' | 'embedded' | 'madeKeys' | 'databaseUrl'>;
  readonly webhooks: Webhooks;
  /** How requests look of webhooks that have no format of their own, by account. */
  readonly formats: AccountFormats;
  readonly events: Events;
  readonly deliveries: Deliveries;
  readonly attempts: Attempts;
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

/** The services of a process, and what it needs to work in roles and to end. */
export interface OpenServices {
  readonly services: Services;
  /** What its roles share. */
  readonly context: RoleContext;
  /** Rejects where PostgreSQL or the queue can't be reached. */
  ping(): Promise<void>;
  /** Resolves when all that was enqueued is written and queued. */
  drain(): Promise<void>;
  /** Closes every connection, once no role works any more. */
  close(): Promise<void>;
}

/** Opens the ledger and the queue, and makes every service from what it needs. */
export async function openServices(options: {
  settings: Settings;
  inForce: readonly SettingInForce[];
  installation: Installation;
  /** The roles that this process works in. */
  roles: () => readonly Role[];
  clock: Clock;
  log: Logger;
}): Promise<OpenServices> {
  const { settings, inForce, installation, roles, clock, log } = options;
  const { databaseUrl } = installation;
  const isAllowed = createAddressPolicy({ allowCidrs: settings.allowCidrs });
  const secretBox = createSecretBox(installation.secretKey, installation.formerSecretKeys);
  const { databasePool: poolSize, preparedStatements: prepare, answerTimeout } = settings;
  const ledger = openLedger({ databaseUrl, poolSize, prepare, answerTimeoutMs: answerTimeout });
  const backend = openQueueBackend({ settings, databaseUrl, log });
  const queue = openDeliveryQueue(backend, settings, log);
  const queueBoard = createLazyQueueBoard(backend, log);
  const metrics = createMetrics();
  const traces = await openTracing({ settings, version: VERSION, log });
  const { tracing } = traces;
  const lazySender = createLazySender({ isAllowed, urlRules: settings, clock });
  const sender = lazySender.open;

  const producer = createProducer({ ledger, queue, metrics, tracing, clock, log });
  const zombies = createZombieSweep({ ledger, settings, metrics, clock, log });
  const reconciliation = createReconciliation({ ledger, settings, metrics, clock, log });
  const rollup = createRollup({ ledger, settings, clock, log });
  const mailer = createMailer(settings);
  const channelSender = createChannelSender({ mailer, sender, secretBox, settings });
  const notifier = createNotifier({
    ledger,
    sender: channelSender,
    settings,
    metrics,
    clock,
    random: Math.random,
    log,
  });
  const alerts = createAlerts({ ledger, metrics, clock, log });
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
  const tests = createWebhookTests({ ledger, sender, secretBox, settings, clock });
  const replays = createReplays({ ledger, webhooks, clock, log });
  const archive = createArchive({ ledger, settings, clock, log });
  const erasure = createErasure({ ledger, settings, clock, log });
  const tasks = createTasks({ ledger, archive, erasure, clock, log });
  const processes = createPresence({ ledger, clock, log });
  const keys = createApiKeys({ ledger, clock, log });
  if (installation.embedded) await makePartitionsAhead(ledger, clock, log);

  return {
    services: {
      settings,
      installation,
      enqueue: producer.enqueue,
      enqueueMany: producer.enqueueMany,
      webhooks,
      formats: createAccountFormats({ ledger, clock, log }),
      events: createEvents({ ledger }),
      deliveries: createDeliveries({ ledger, queue, clock, log }),
      attempts: createAttempts({ ledger, secretBox }),
      zombies,
      policy: createPolicyReader({ ledger, settings }),
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
      alerts,
      stats: createStatsReader({ ledger, webhooks, clock }),
      tests,
      replays,
      archive,
      erasure,
      tasks,
      rollup,
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
        roles,
      }),
      overview: createOverviewReader({ ledger, queue, settings, clock }),
      processes,
      health: createHealthReader({ ledger, settings, clock }),
      traffic: createTrafficReader({ ledger, webhooks, backend, settings, clock }),
      secrets: createSecretReader({ ledger, clock }),
      requestAnswers: createRequestAnswers(ledger),
      secretBox,
    },
    context: {
      settings,
      databaseUrl,
      ledger,
      backend,
      queue,
      secretBox,
      isAllowed,
      zombies,
      reconciliation,
      notifier,
      alerts,
      rollup,
      tests,
      replays,
      archive,
      tasks,
      metrics,
      tracing,
      clock,
      log,
    },
    async ping() {
      await ledger.$queryRaw`SELECT 1`;
      await backend.ping();
    },
    drain: () => producer.drain(),
    async close() {
      await processes.stop();
      await keys.drain();
      await lazySender.stop();
      await traces.stop();
      await queueBoard.close();
      await queue.close();
      await backend.close();
      await closeLedger(ledger);
    },
  };
}
