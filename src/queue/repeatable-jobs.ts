import { CronExpressionParser } from 'cron-parser';
import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.js';
import type { Metrics } from '../metrics.js';
import { JOB_OPTIONS, type JobQueue, type JobWorker, type QueueBackend } from './backend.js';
import { reportErrors } from './error-report.js';

export const REPEATABLE_QUEUE = { name: 'jobs' };

/** One repeatable job: when it runs and what it does. */
export interface RepeatableJob {
  readonly name: string;
  /** A cron expression (UTC), or a period in milliseconds. */
  readonly schedule: { readonly cron: string } | { readonly everyMs: number };
  run(): Promise<void>;
}

/** The repeatable jobs of an installation. Each run goes to one of all its scheduler processes. */
export interface RepeatableJobs {
  /** Makes every job's schedule known to the queue; harmless where it is. */
  register(): Promise<void>;
  close(): Promise<void>;
}

export function openRepeatableJobs(
  backend: QueueBackend,
  jobs: readonly RepeatableJob[],
  log: Logger,
): RepeatableJobs {
  const queue: JobQueue<Record<string, never>> = backend.createQueue(REPEATABLE_QUEUE, JOB_OPTIONS);
  reportErrors((listener) => queue.on('error', listener), 'repeatable jobs queue', log);
  return {
    register: async () => {
      for (const { name, schedule } of jobs) {
        const repeat =
          'cron' in schedule ? { pattern: schedule.cron, tz: 'UTC' } : { every: schedule.everyMs };
        await queue.upsertJobScheduler(name, repeat, { name, data: {} });
      }
    },
    close: () => queue.close(),
  };
}

/**
 * Creates the BullMQ worker that runs them, each once at a time in a process, so that a long one keeps no
 * other waiting. It takes no job before `run`.
 */
export function createRepeatableWorker(
  backend: QueueBackend,
  jobs: readonly RepeatableJob[],
  options: { metrics: Pick<Metrics, 'jobsWatched' | 'jobRan'>; clock: Clock; log: Logger },
): JobWorker {
  const { metrics, clock, log } = options;
  const watched = jobs.map(({ name, schedule }) => ({
    name,
    periodMs: periodMs(schedule, clock()),
  }));
  metrics.jobsWatched(watched, clock());
  const byName = new Map(jobs.map((job) => [job.name, job]));
  const running = new Set<string>();
  const worker = backend.createWorker(
    REPEATABLE_QUEUE,
    async ({ name }) => {
      const job = byName.get(name);
      if (job === undefined) log.warn({ job: name }, 'no repeatable job has this name');
      if (job === undefined || running.has(name)) return undefined;
      running.add(name);
      const startedAt = performance.now();
      let ok = false;
      try {
        await job.run();
        ok = true;
      } catch (error) {
        // It runs again at its next time; a failure in the queue would only hide the error there.
        log.error({ error, job: name }, 'repeatable job failed');
      } finally {
        running.delete(name);
        const seconds = (performance.now() - startedAt) / 1_000;
        metrics.jobRan({ name, ok, seconds, at: clock() });
      }
      return undefined;
    },
    { concurrency: jobs.length, backoffMs: () => -1 },
  );
  reportErrors(worker.onError, 'repeatable jobs worker', log);
  return worker;
}

/** From one run to the next, as a cron expression has it from now on. */
function periodMs(schedule: RepeatableJob['schedule'], now: Date): number {
  if ('everyMs' in schedule) return schedule.everyMs;
  const times = CronExpressionParser.parse(schedule.cron, { currentDate: now, tz: 'UTC' });
  const first = times.next().getTime();
  return times.next().getTime() - first;
}
