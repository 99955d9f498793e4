import type { Logger } from 'pino';
import { JOB_OPTIONS, type JobQueue, type JobWorker, type QueueBackend } from './backend.js';
import { reportErrors } from './error-report.js';

const DELIVERY_QUEUE = 'deliveries';

/** What a delivery's job holds, besides its id, which is the delivery's. */
interface DeliveryJobData {
  /** The version of this format, so that workers of two releases can run side by side. */
  readonly v: 1;
  readonly webhookId: string;
  readonly eventId: string;
}

/** A delivery, as the queue carries it. */
export interface QueuedDelivery {
  readonly id: string;
  readonly webhookId: string;
  readonly eventId: string;
}

/**
 * What working on a delivery's job came to.
 *
 * - `done`: nothing more for the queue; the job is removed, and then `afterwards` is called
 * - `again`: the queue brings the same job back after `delayMs`
 */
export type JobResult =
  | { readonly kind: 'done'; readonly afterwards?: () => void }
  | { readonly kind: 'again'; readonly delayMs: number };

/** The hot lane: deliveries that are to be made soon. */
export interface DeliveryQueue {
  /** Adds jobs in one round trip. One that the queue holds already is ignored. Throws `QueueError`. */
  add(deliveries: readonly QueuedDelivery[]): Promise<void>;
  /** Makes a job that waits for its retry run now; does nothing for any other. */
  hasten(deliveryId: string): Promise<void>;
  /** How many jobs are in each state of BullMQ's. */
  counts(): Promise<Record<string, number>>;
  close(): Promise<void>;
}

export function openDeliveryQueue(backend: QueueBackend, log: Logger): DeliveryQueue {
  const queue: JobQueue<DeliveryJobData> = backend.createQueue(DELIVERY_QUEUE, {
    ...JOB_OPTIONS,
    // The schedule lives in the ledger; this only has to be more than it ever asks for.
    attempts: 1_000_000,
  });
  reportErrors((listener) => queue.on('error', listener), 'delivery queue', log);
  return {
    add: async (deliveries) => {
      await backend.ready();
      await queue.addBulk(
        deliveries.map(({ id, webhookId, eventId }) => ({
          name: 'deliver',
          data: { v: 1, webhookId, eventId },
          opts: { jobId: id },
        })),
      );
    },
    hasten: async (deliveryId) => {
      await backend.ready();
      const job = await queue.getJob(deliveryId);
      if (job !== undefined && (await job.isDelayed())) await job.promote();
    },
    counts: async () => {
      await backend.ready();
      return queue.getJobCounts();
    },
    close: () => queue.close(),
  };
}

/** Thrown to BullMQ, which knows only failure as the way to bring a job back later. */
class DeliverAgain extends Error {
  constructor(readonly delayMs: number) {
    super(`again in ${delayMs} ms`);
    this.stack = '';
  }
}

/** The pause after a fault of our own (never the endpoint's), before the job is worked on again. */
const FAULT_PAUSE_MS = 5_000;

/** Creates the BullMQ worker for deliveries. It takes no job before `run`. */
export function createDeliveryWorker(
  backend: QueueBackend,
  options: {
    concurrency: number;
    process: (delivery: QueuedDelivery) => Promise<JobResult>;
    log: Logger;
  },
): JobWorker {
  const { concurrency, process, log } = options;
  const worker = backend.createWorker<DeliveryJobData>(
    DELIVERY_QUEUE,
    async (job) => {
      const { webhookId, eventId } = job.data;
      const result = await process({ id: job.id ?? '', webhookId, eventId });
      if (result.kind === 'again') throw new DeliverAgain(result.delayMs);
      return result.afterwards;
    },
    {
      concurrency,
      backoffMs: (error) => {
        if (error instanceof DeliverAgain) return error.delayMs;
        log.error({ error }, 'a delivery could not be worked on, trying again');
        return FAULT_PAUSE_MS;
      },
    },
  );
  reportErrors(worker.onError, 'delivery worker', log);
  worker.onStalled((deliveryId) => log.warn({ deliveryId }, 'a worker died with this delivery'));
  return worker;
}
