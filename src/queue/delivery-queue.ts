import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import type { ShardFigures } from '../metrics/installation-gauges.js';
import { createAdmission } from './admission.js';
import {
  JOB_OPTIONS,
  type JobQueue,
  type JobWorker,
  type QueueBackend,
  type QueuePlace,
} from './backend.js';
import { type DeliveryJobData, type QueuedDelivery, readJob, writeJob } from './delivery-job.js';
import { reportErrors } from './error-report.js';
import { shardOf } from './shards.js';

const DELIVERY_QUEUE = { name: 'deliveries' };

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
  /**
   * True while more may be added. Past the limits the queue drains first, and what is new waits in the
   * ledger: whoever asks then leaves it to the dispatcher, which asks, too.
   */
  hasRoom(): Promise<boolean>;
  /** Adds jobs in one round trip. One that the queue holds already is ignored. Throws `QueueError`. */
  add(deliveries: readonly QueuedDelivery[]): Promise<void>;
  /** Makes a job that waits for its retry run now; does nothing for any other. */
  hasten(delivery: Pick<QueuedDelivery, 'id' | 'webhookId'>): Promise<void>;
  /** Removes what waits in the shards of a former division into so many. */
  drainShards(of: number): Promise<void>;
  /** How many jobs are in each state of BullMQ's. */
  counts(): Promise<Record<string, number>>;
  /** How full each shard is, and how long its oldest job has waited. Throws `QueueError`. */
  shardFigures(now: Date): Promise<ShardFigures[]>;
  close(): Promise<void>;
}

/** The places of all shards of the deliveries where there are so many. */
export function deliveryPlaces(of: number): QueuePlace[] {
  return Array.from({ length: of }, (_, index) => ({ ...DELIVERY_QUEUE, shard: { index, of } }));
}

/** Opens the queue, which is one of BullMQ's for each shard. */
export function openDeliveryQueue(
  backend: QueueBackend,
  settings: Pick<Settings, 'queueLimit' | 'redisMemoryLimit'>,
  log: Logger,
): DeliveryQueue {
  const open = (place: QueuePlace): JobQueue<DeliveryJobData> =>
    backend.createQueue(place, {
      ...JOB_OPTIONS,
      // The schedule lives in the ledger; this only has to be more than it ever asks for.
      attempts: 1_000_000,
    });
  const shards = deliveryPlaces(backend.shards).map((place) => {
    const queue = open(place);
    reportErrors((listener) => queue.on('error', listener), 'delivery queue', log);
    return queue;
  });

  async function counts(): Promise<Record<string, number>> {
    await backend.ready();
    const sums: Record<string, number> = {};
    for (const each of await Promise.all(shards.map((queue) => queue.getJobCounts()))) {
      for (const [state, count] of Object.entries(each)) sums[state] = (sums[state] ?? 0) + count;
    }
    return sums;
  }

  const admission = createAdmission({
    measure: async () => {
      const [{ waiting = 0, delayed = 0 }, memoryShare] = await Promise.all([
        counts(),
        backend.memoryShare(),
      ]);
      return { depth: waiting + delayed, memoryShare };
    },
    limit: settings.queueLimit,
    memoryLimit: settings.redisMemoryLimit,
  });

  return {
    hasRoom: () => admission.hasRoom(),
    add: async (deliveries) => {
      await backend.ready();
      admission.added(deliveries.length);
      const jobs = deliveries.map(writeJob);
      const ofShard = (shard: number) =>
        jobs.filter(({ data }) => shardOf(data.webhookId, shards.length) === shard);
      await Promise.all(
        shards.map((queue, shard) => {
          const own = shards.length === 1 ? jobs : ofShard(shard);
          return own.length === 0 ? undefined : queue.addBulk(own);
        }),
      );
    },
    hasten: async ({ id, webhookId }) => {
      await backend.ready();
      const job = await shards[shardOf(webhookId, shards.length)]?.getJob(id);
      if (job !== undefined && (await job.isDelayed())) await job.promote();
    },
    drainShards: async (of) => {
      await backend.ready();
      for (const place of deliveryPlaces(of)) {
        const queue = open(place);
        await queue.drain(true);
        await queue.close();
      }
    },
    counts,
    shardFigures: async (now) => {
      await backend.ready();
      return Promise.all(shards.map((queue) => figuresOf(queue, now)));
    },
    close: async () => {
      await Promise.all(shards.map((queue) => queue.close()));
    },
  };
}

/** Jobs at the head of the line that are looked at for their age. */
const LOOKED_AT = 20;

async function figuresOf(queue: JobQueue<DeliveryJobData>, now: Date): Promise<ShardFigures> {
  const [{ waiting = 0, active = 0, delayed = 0 }, next] = await Promise.all([
    queue.getJobCounts(),
    queue.getWaiting(0, LOOKED_AT - 1),
  ]);
  // One that was tried before waited for its retry meanwhile; BullMQ does not say since when it is in line.
  const added = next
    .filter(({ attemptsMade }) => attemptsMade === 0)
    .map(({ timestamp }) => timestamp);
  const oldest = Math.min(now.getTime(), ...added);
  return { jobs: { waiting, active, delayed }, oldestSeconds: (now.getTime() - oldest) / 1_000 };
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

/** The pause before a job that only a later release can read is offered to all workers again. */
const LATER_RELEASE_PAUSE_MS = 1_000;

/** Creates the workers of all shards, which share the concurrency. They take no job before `run`. */
export function createDeliveryWorker(
  backend: QueueBackend,
  options: {
    concurrency: number;
    process: (delivery: QueuedDelivery) => Promise<JobResult>;
    log: Logger;
  },
): Pick<JobWorker, 'run' | 'waitUntilReady' | 'close'> {
  const { concurrency, process, log } = options;
  const each = Math.ceil(concurrency / backend.shards);
  const workers = deliveryPlaces(backend.shards).map((place) =>
    createShardWorker(backend, place, { concurrency: each, process, log }),
  );
  return {
    waitUntilReady: () => Promise.all(workers.map((worker) => worker.waitUntilReady())),
    run: async () => {
      await Promise.all(workers.map((worker) => worker.run()));
    },
    close: async (limitMs) => {
      await Promise.all(workers.map((worker) => worker.close(limitMs)));
    },
  };
}

function createShardWorker(
  backend: QueueBackend,
  place: QueuePlace,
  options: Parameters<typeof createDeliveryWorker>[1],
): JobWorker {
  const { concurrency, process, log } = options;
  let toldOfLater = false;
  const worker = backend.createWorker<DeliveryJobData>(
    place,
    async (job) => {
      const reading = readJob(job.id, job.data);
      if (reading.kind === 'later') {
        if (!toldOfLater)
          log.warn({ version: reading.version }, 'jobs of a later release are left to it');
        toldOfLater = true;
        throw new DeliverAgain(LATER_RELEASE_PAUSE_MS);
      }
      if (reading.kind === 'unreadable') {
        log.error({ deliveryId: job.id }, 'unreadable job, left to the ledger');
        return undefined;
      }
      const result = await process(reading.delivery);
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
