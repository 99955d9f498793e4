import type { Logger } from 'pino';
import {
  type PosthornOptions,
  readSettings,
  type SettingInForce,
  type Settings,
  settingsInForce,
} from './config.js';
import { type Clock, systemClock } from './domain/clock.js';
import { InvalidInputError } from './domain/errors.js';
import { type Installation, openInstallation } from './installation.js';
import { createLogger } from './log.js';
import type { Role } from './roles.js';
import { openServices, type Services } from './services.js';

/** Posthorn, open in this process. */
export interface Posthorn extends Services {
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
  const installation = await openInstallation(settings, log);
  try {
    const inForce = settingsInForce(options);
    return await open({ settings, inForce, installation, clock, log });
  } catch (error) {
    await installation.stop();
    throw error;
  }
}

async function open(options: {
  settings: Settings;
  inForce: readonly SettingInForce[];
  installation: Installation;
  clock: Clock;
  log: Logger;
}): Promise<Posthorn> {
  const started = new Set<Role>();
  const opened = await openServices({ ...options, roles: () => [...started] });
  const { services, context } = opened;
  const { processes } = services;
  const running: { stop(): Promise<void> }[] = [];
  let stopped: Promise<void> | undefined;

  async function stop(): Promise<void> {
    await opened.drain();
    for (const role of running.reverse()) await role.stop();
    await opened.close();
    await options.installation.stop();
  }

  return {
    ...services,
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
    ping: opened.ping,
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}
