import type { DefaultJobOptions, Job } from 'bullmq';
import type { CountInFlight, InFlight } from './in-flight.js';

/** A job that waits for a worker. */
export interface WaitingJob {
  /** When it was added. */
  readonly timestamp: number;
  /** How often a worker had it before. */
  readonly attemptsMade: number;
}

/** What Posthorn uses of a BullMQ queue, whichever backend carries it. */
export interface JobQueue<Data> {
  addBulk(
    jobs: { name: string; data: Data; opts?: { jobId?: string; delay?: number } }[],
  ): Promise<unknown>;
  upsertJobScheduler(
    id: string,
    repeat: { pattern?: string; every?: number; tz?: string },
    template: { name: string; data: Data },
  ): Promise<unknown>;
  getJob(
    id: string,
  ): Promise<{ isDelayed(): Promise<boolean>; promote(): Promise<void> } | undefined>;
  getJobSchedulersCount(): Promise<number>;
  getJobCounts(): Promise<Record<string, number>>;
  /** The jobs in these places of the line, the one that is next first. */
  getWaiting(start: number, end: number): Promise<WaitingJob[]>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** Removes the jobs that wait, those for a retry included. */
  drain(delayed: boolean): Promise<void>;
  close(): Promise<void>;
}

/** What Posthorn uses of a BullMQ worker. */
export interface JobWorker {
  onError(listener: (error: Error) => void): void;
  /** A worker died with the job, which runs again. */
  onStalled(listener: (jobId: string) => void): void;
  /** Takes jobs until it is closed. */
  run(): Promise<void>;
  waitUntilReady(): Promise<unknown>;
  /**
   * Takes no more jobs and waits for those under way; past the limit its connection is dropped, because
   * BullMQ would wait for a Redis that is away for ever.
   */
  close(limitMs: number): Promise<void>;
}

/**
 * Works on a job. What it answers with is called once the queue no longer holds the job, so that the same
 * id can be added again.
 */
export type JobProcessor<Data> = (job: Job<Data>) => Promise<(() => void) | undefined>;

/** Which queue is meant. */
export interface QueuePlace {
  readonly name: string;
  /** One of the shards, where it is divided into them. */
  readonly shard?: { readonly index: number; readonly of: number };
}

export interface WorkerTuning {
  /** Jobs at the same time. */
  readonly concurrency: number;
  /** The delay before a failed job is tried again, from the error that its processor threw. */
  readonly backoffMs: (error: unknown, failures: number) => number;
}

/** Carries the jobs: Redis in production, the ledger's own PostgreSQL in the embedded mode. */
export interface QueueBackend {
  readonly kind: 'redis' | 'postgres';
  /** Into how many shards the deliveries are divided. */
  readonly shards: number;
  createQueue<Data>(place: QueuePlace, jobOptions: DefaultJobOptions): JobQueue<Data>;
  createWorker<Data>(
    place: QueuePlace,
    processor: JobProcessor<Data>,
    tuning: WorkerTuning,
  ): JobWorker;
  /** @param leaseMs longest time that one delivery can be in flight */
  createInFlight(leaseMs: number): InFlight;
  /** How many deliveries to a webhook are in flight now, from all processes. */
  readonly countInFlight: CountInFlight;
  /** The part of its memory that the fullest node uses, from 0 to 1; 0 where there is no limit. */
  memoryShare(): Promise<number>;
  /** Resolves once the backend can be reached; rejects soon with `QueueError` where it can't. */
  ready(): Promise<void>;
  /** The number of shards when `markShards` was last called; undefined where all jobs were lost since. */
  markedShards(): Promise<number | undefined>;
  /** Leaves the number of shards as a mark that is there as long as the jobs are. */
  markShards(): Promise<void>;
  /** Rejects where the backend can't be reached. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Job options that both queues share: a job is gone once it is done, because the ledger keeps the record. */
export const JOB_OPTIONS = {
  removeOnComplete: true,
  removeOnFail: true,
  stackTraceLimit: 1,
  backoff: { type: 'posthorn' },
} as const satisfies DefaultJobOptions;
