import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import type { Sender } from '../delivery/sender.js';
import type { Clock } from '../domain/clock.js';
import type { SecretBox } from '../domain/secret-box.js';
import type { WorkerMetrics } from '../metrics.js';
import type { QueueBackend } from '../queue/backend.js';
import {
  createDeliveryWorker as createQueueWorker,
  type DeliveryQueue,
} from '../queue/delivery-queue.js';
import type { Ledger } from '../store/ledger.js';
import { createRecorder } from '../store/recorder.js';
import type { Tracing } from '../tracing.js';
import { createDeliveryProcess } from './delivery-process.js';
import { createHoldRelease } from './hold-release.js';
import { createInFlightGate } from './in-flight-gate.js';

/** Makes deliveries for as long as it runs. */
export interface DeliveryWorker {
  start(): Promise<void>;
  /** How many deliveries are in flight from this process. */
  inFlight(): number;
  /**
   * Takes no more jobs, lets the attempts in flight end within the shutdown timeout, gives up the rest
   * (they are made again, uncounted), and commits all outcomes. May be called twice, or before `start`.
   */
  stop(): Promise<void>;
}

/** How often a worker looks whether the queue is divided as it is itself. */
const DIVISION_POLL_MS = 100;

/** How long attempts that are given up may take to go back to the queue. */
const ABORT_PATIENCE_MS = 2_000;

/** How long an attempt may take to end after its time limit. */
const ENDING_MS = 5_000;

export function createDeliveryWorker(options: {
  ledger: Ledger;
  backend: QueueBackend;
  queue: DeliveryQueue;
  sender: Sender;
  secretBox: SecretBox;
  settings: Pick<
    Settings,
    | 'policies'
    | 'timeout'
    | 'nearRetry'
    | 'queueLease'
    | 'concurrency'
    | 'shutdownTimeout'
    | 'minInFlight'
    | 'maxInFlight'
    | 'breaker'
    | 'operatorAccount'
  >;
  metrics: WorkerMetrics;
  tracing: Pick<Tracing, 'attempt'>;
  clock: Clock;
  log: Logger;
}): DeliveryWorker {
  const { ledger, backend, queue, sender, secretBox, settings, metrics, tracing, clock, log } =
    options;
  const abort = new AbortController();
  const random = Math.random;
  const release = createHoldRelease({ ledger, queue, clock, log });
  const recorder = createRecorder({
    ledger,
    settings,
    metrics,
    clock,
    random,
    onRoom: release.look,
    log,
  });
  const gate = createInFlightGate({
    inFlight: backend.createInFlight(settings.timeout + ENDING_MS),
    bounds: { least: settings.minInFlight, most: settings.maxInFlight },
    slots: settings.concurrency,
  });
  const { process, drain } = createDeliveryProcess({
    ledger,
    sender,
    recorder,
    gate,
    secretBox,
    settings,
    metrics,
    tracing,
    clock,
    random,
    abort: abort.signal,
    log,
  });
  const worker = createQueueWorker(backend, { concurrency: settings.concurrency, process, log });
  let running = false;
  let stopped: Promise<void> | undefined;

  /**
   * Waits while the queue is divided into another number of shards than this process: what waits in the
   * former shards is about to be queued elsewhere, and would be made twice if it were taken now.
   */
  async function divisionIsOurs(): Promise<void> {
    let told = false;
    while (stopped === undefined) {
      const marked = await backend.markedShards().catch((error) => {
        log.debug({ error }, 'the number of shards could not be read, trying again');
        return 'unknown' as const;
      });
      if (marked === undefined || marked === backend.shards) return;
      if (!told && marked !== 'unknown') {
        const counts = { marked, shards: backend.shards };
        log.info(counts, 'waiting for a scheduler that divides the queue into as many shards');
        told = true;
      }
      await sleep(DIVISION_POLL_MS);
    }
  }

  async function run(): Promise<void> {
    await divisionIsOurs();
    if (stopped === undefined) await worker.run();
  }

  async function stop(): Promise<void> {
    const giveUp = setTimeout(() => {
      log.warn('attempts in flight took longer than the shutdown timeout and are given up');
      abort.abort(new Error('the worker is stopping'));
    }, settings.shutdownTimeout);
    await worker.close(settings.shutdownTimeout + ABORT_PATIENCE_MS);
    clearTimeout(giveUp);
    await recorder.drain();
    await drain();
    await release.drain();
    sender.stop();
  }

  return {
    inFlight: gate.inFlight,
    start: async () => {
      await worker.waitUntilReady();
      if (running) return;
      running = true;
      metrics.slotsOpened(settings.concurrency);
      void run().catch((error) => log.fatal({ error }, 'the delivery worker ended'));
    },
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}
