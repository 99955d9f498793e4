import { setTimeout as sleep } from 'node:timers/promises';
import type { JobWorker } from './backend.js';

/** The part of BullMQ's worker that is alike for every backend. */
interface BullWorker extends Pick<JobWorker, 'run' | 'waitUntilReady'> {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'stalled', listener: (jobId: string) => void): unknown;
  close(): Promise<void>;
}

/** How long a worker may take to notice that its connection was dropped. */
const DROP_PATIENCE_MS = 2_000;

/** Puts a limit on how long a BullMQ worker takes to close. */
export function limitClosing(worker: BullWorker, dropConnection: () => void): JobWorker {
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

async function settlesWithin(promise: Promise<unknown>, limitMs: number): Promise<boolean> {
  const limit = new AbortController();
  const settled = promise.then(() => true);
  const late = sleep(limitMs, false, { signal: limit.signal }).catch(() => true);
  return Promise.race([settled, late]).finally(() => limit.abort());
}
