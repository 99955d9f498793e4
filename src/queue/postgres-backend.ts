import { createPostgresBackend, Queue, Worker } from 'bullmq';
import type { Logger } from 'pino';
import type { QueueBackend } from './backend.js';
import { createLocalInFlight } from './in-flight.js';
import { createJobWorker, workerOptions } from './job-worker.js';

/** The PostgreSQL schema of BullMQ's own tables. */
const QUEUE_SCHEMA = 'bullmq';

/** Connections of each queue and each worker, besides the one on which it listens. */
const POOL_SIZE = 4;

/**
 * BullMQ on the ledger's own PostgreSQL: the embedded default, for one process. Its jobs live and are
 * lost with the ledger, so there is nothing to notice or mark.
 */
export function openPostgresBackend(options: {
  databaseUrl: string;
  lockMs: number;
  log: Logger;
}): QueueBackend {
  const connection = {
    connectionString: options.databaseUrl,
    application_name: 'posthorn queue',
    schema: QUEUE_SCHEMA,
    migrate: true,
    max: POOL_SIZE,
    connectionTimeoutMillis: 10_000,
  };
  // There is one process, which asks and counts.
  const inFlight = createLocalInFlight();
  const queues: { getJobCounts(): Promise<unknown> }[] = [];

  return {
    kind: 'postgres',
    shards: 1,
    createQueue: ({ name }, defaultJobOptions) => {
      const queue = new Queue(name, { connection, defaultJobOptions }, createPostgresBackend);
      queues.push(queue);
      return queue;
    },
    createWorker: ({ name }, processor, tuning) =>
      createJobWorker(
        processor,
        (process) =>
          new Worker(
            name,
            process,
            { connection, ...workerOptions(tuning, options.lockMs) },
            createPostgresBackend,
          ),
        () => undefined,
      ),
    createInFlight: () => inFlight,
    countInFlight: inFlight.count,
    memoryShare: async () => 0,
    ready: async () => undefined,
    markedShards: async () => 1,
    markShards: async () => undefined,
    ping: async () => {
      await Promise.all(queues.map((queue) => queue.getJobCounts()));
    },
    close: async () => undefined,
  };
}
