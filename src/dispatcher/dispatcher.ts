import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.js';
import type { DispatchMetrics } from '../metrics/dispatch-metrics.js';
import type { RecorderMetrics } from '../metrics/recorder-metrics.js';
import type { QueueBackend } from '../queue/backend.js';
import type { DeliveryQueue } from '../queue/delivery-queue.js';
import type { RepeatableJobs } from '../queue/repeatable-jobs.js';
import { claimDue, nextDispatchAt, releaseLeases } from '../store/dispatch.js';
import { releaseHeld } from '../store/hold-release.js';
import type { Ledger } from '../store/ledger.js';

/** Moves what is due and not queued from the ledger into the queue, for as long as it runs. */
export interface Dispatcher {
  start(): void;
  /** Looks at the ledger at once instead of at the end of the present pause. */
  wake(): void;
  /** Ends after the pass under way. May be called twice, or before `start`. */
  stop(): Promise<void>;
}

/** Deliveries that one pass moves. */
const PASS_LIMIT = 1_000;

/** Holds that one pass lets something through. */
const HOLD_LIMIT = 200;

/** Shortest pause: what is due and not claimed is in another dispatcher's hands for a moment. */
const SHORTEST_PAUSE_MS = 20;

/** Pause while the queue is full. */
const FULL_PAUSE_MS = 100;

/** Pause after a pass that failed, while PostgreSQL or Redis is away. */
const FAULT_PAUSE_MS = 1_000;

export function createDispatcher(options: {
  ledger: Ledger;
  backend: QueueBackend;
  queue: DeliveryQueue;
  jobs: RepeatableJobs;
  clock: Clock;
  pollIntervalMs: number;
  /** How long a queued delivery is left to the queue before it is offered again. */
  leaseMs: number;
  /** How long a delivery that tries a half-open breaker may take before another one is sent. */
  probeMs: number;
  metrics: DispatchMetrics & Pick<RecorderMetrics, 'breakerChanged'>;
  log: Logger;
}): Dispatcher {
  const { ledger, backend, queue, jobs, clock, metrics, log } = options;
  const { pollIntervalMs, leaseMs, probeMs } = options;
  let loop: Promise<void> | undefined;
  let stopping = false;
  let awake = false;
  let endPause: (() => void) | undefined;

  let prepared = false;

  /**
   * Makes the repeatable jobs known once, and fills the queue from the ledger where it lost everything,
   * them included, or is divided into other shards than the last time. Another division that is found later
   * is that of a process that was started later, and is left to that one.
   */
  async function prepareQueue(): Promise<void> {
    const marked = await backend.markedShards();
    if (prepared && marked !== undefined) return;
    await jobs.register();
    const { shards } = backend;
    if (marked !== shards) {
      if (marked !== undefined) await queue.drainShards(marked);
      const released = await releaseLeases(ledger);
      await backend.markShards();
      metrics.refilled();
      log.info({ released, shards, before: marked }, 'the queue is filled from the ledger');
    }
    // Only now: what failed on the way is done again.
    prepared = true;
  }

  /** One pass over what is due and what is held; true where more may be. */
  async function pass(): Promise<boolean> {
    const claim = await claimDue(ledger, { now: clock(), leaseMs, limit: PASS_LIMIT }, (due) =>
      queue.add(due),
    );
    const release = await releaseHeld(ledger, HOLD_LIMIT, clock(), probeMs);
    const { holds, deliveries, halfOpened } = release;
    for (const ids of halfOpened) {
      metrics.breakerChanged('half_open');
      log.info(ids, 'breaker half-open');
    }
    // What can't be queued is due again at the end of its short lease.
    if (deliveries.length > 0) await queue.add(deliveries);
    const { due, parked, shelved } = claim;
    const counts = { queued: due.length, parked, shelved, released: deliveries.length };
    metrics.passed(counts);
    if (due.length + parked + shelved + deliveries.length > 0) log.debug(counts, 'dispatched');
    return due.length + parked + shelved >= PASS_LIMIT || holds >= HOLD_LIMIT;
  }

  /** How long nothing will be due, as far as the ledger tells. */
  async function quietMs(): Promise<number> {
    const next = await nextDispatchAt(ledger);
    if (next === null) return pollIntervalMs;
    const dueInMs = next.getTime() - clock().getTime();
    return Math.min(pollIntervalMs, Math.max(SHORTEST_PAUSE_MS, dueInMs));
  }

  async function run(): Promise<void> {
    let failed = false;
    let full = false;
    while (!stopping) {
      awake = false;
      try {
        await prepareQueue();
        const room = await queue.hasRoom();
        if (full === room) log.info(room ? 'the queue has room again' : 'the queue is full');
        full = !room;
        if (full) metrics.passSkipped();
        const more = room && (await pass());
        if (failed) log.info('the dispatcher works again');
        failed = false;
        if (!more) await pause(full ? FULL_PAUSE_MS : await quietMs());
      } catch (error) {
        metrics.passFailed();
        if (!failed) log.error({ error }, 'the dispatcher can not work, trying again');
        failed = true;
        await pause(FAULT_PAUSE_MS);
      }
    }
  }

  function pause(durationMs: number): Promise<void> {
    if (stopping || awake) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, durationMs);
      endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  function wake(): void {
    awake = true;
    endPause?.();
  }

  return {
    start: () => {
      loop ??= run();
    },
    wake,
    stop: async () => {
      stopping = true;
      wake();
      await loop;
    },
  };
}
