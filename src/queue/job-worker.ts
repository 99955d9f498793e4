import type { Job, Processor } from 'bullmq';
import { settlesWithin } from '../domain/settles-within.js';
import type { JobProcessor, JobWorker, WorkerTuning } from './backend.js';

/** The part of BullMQ's worker that is alike for every backend. */
interface BullWorker extends Pick<JobWorker, 'run' | 'waitUntilReady'> {
  on(event: 'completed', listener: (job: Job) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'stalled', listener: (jobId: string) => void): unknown;
  close(): Promise<void>;
}

/** BullMQ's options of a worker, the same for every backend. It takes no job before `run`. */
export function workerOptions(tuning: WorkerTuning, lockMs: number) {
  return {
    autorun: false,
    concurrency: tuning.concurrency,
    // A worker that was killed is noticed after one lock, and its jobs run again.
    lockDuration: lockMs,
    stalledInterval: lockMs / 2,
    // The ledger decides how often a delivery is tried, not how often a worker died with it.
    maxStalledCount: 1_000,
    settings: {
      backoffStrategy: (failures: number, _type?: string, error?: Error) =>
        tuning.backoffMs(error, failures),
    },
  };
}

/** How long a worker may take to notice that its connection was dropped. */
const DROP_PATIENCE_MS = 2_000;

/**
 * Makes the worker of a backend: calls what a processor answers with once its job is gone from the queue,
 * and puts a limit on how long closing takes.
 */
export function createJobWorker<Data>(
  processor: JobProcessor<Data>,
  create: (processor: Processor<Data>) => BullWorker,
  dropConnection: () => void,
): JobWorker {
  const afterwards = new WeakMap<object, () => void>();
  const worker = create(async (job) => {
    const next = await processor(job);
    if (next !== undefined) afterwards.set(job, next);
  });
  worker.on('completed', (job) => afterwards.get(job)?.());
  return {
    onError: (listener) => void worker.on('error', listener),
    onStalled: (listener) => void worker.on('stalled', listener),
    run: () => worker.run(),
    waitUntilReady: () => worker.waitUntilReady(),
    async close(limitMs) {
      const closing = worker.close();
      if (await settlesWithin(closing, limitMs)) return;
      dropConnection();
      await settlesWithin(closing, DROP_PATIENCE_MS);
    },
  };
}
