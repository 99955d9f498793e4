import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type AttemptResult, ERROR_CLASSES } from '../domain/outcome.js';
import type { Verdict } from '../domain/verdict.js';

/** What a worker tells of its attempts and deliveries. */
export interface DeliveryMetrics {
  /** Tells how many deliveries this process makes at the same time. */
  slotsOpened(slots: number): void;
  /** An attempt began. */
  attemptBegan(): void;
  /** It ended, or was given up. */
  attemptEnded(): void;
  /** Takes up an attempt that was recorded. */
  attemptRecorded(attempt: {
    readonly result: Pick<AttemptResult, 'durationMs' | 'outcome'>;
    readonly verdict: Verdict['kind'];
    /** From enqueueing to the end of the attempt; null for a delivery that was made pending again. */
    readonly ageMs: number | null;
  }): void;
  /** A delivery had no room at its webhook, and waits in the ledger. */
  parked(): void;
}

/** Upper bounds in seconds, up to the longest time limit that a setting allows. */
const ATTEMPT_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60, 300];

/** From a delivery that is made at once to one that succeeds at its last attempt. */
const DELIVERY_BUCKETS = [
  0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200, 43_200,
];

export function createDeliveryMetrics(registers: Registry[]): DeliveryMetrics {
  const attempts = new Counter({
    name: 'posthorn_attempts_total',
    help: 'Attempts that were recorded, by what they came to: ok, or an error class.',
    labelNames: ['outcome'],
    registers,
  });
  const attemptSeconds = new Histogram({
    name: 'posthorn_attempt_duration_seconds',
    help: 'How long attempts took, from connecting to the last byte read.',
    labelNames: ['result'],
    buckets: ATTEMPT_BUCKETS,
    registers,
  });
  const deliveries = new Counter({
    name: 'posthorn_deliveries_total',
    help: 'Deliveries that ended with an attempt, by their state.',
    labelNames: ['status'],
    registers,
  });
  const deliverySeconds = new Histogram({
    name: 'posthorn_delivery_duration_seconds',
    help: 'From enqueueing to delivered; without deliveries that were retried or replayed by hand.',
    buckets: DELIVERY_BUCKETS,
    registers,
  });
  const inFlight = new Gauge({
    name: 'posthorn_attempts_in_flight',
    help: 'Attempts that this process makes now.',
    registers,
  });
  const slots = new Gauge({
    name: 'posthorn_worker_slots',
    help: 'Deliveries that this process makes at the same time at most; 0 without the worker role.',
    registers,
  });
  const parkedByWorker = new Counter({
    name: 'posthorn_worker_parked_total',
    help: 'Deliveries that a worker put back into the ledger, because their webhook had no room for them.',
    registers,
  });
  for (const outcome of ['ok', ...ERROR_CLASSES]) attempts.inc({ outcome }, 0);
  for (const status of ['delivered', 'exhausted']) deliveries.inc({ status }, 0);

  return {
    slotsOpened: (count) => slots.set(count),
    attemptBegan: () => inFlight.inc(),
    attemptEnded: () => inFlight.dec(),
    attemptRecorded({ result: { durationMs, outcome }, verdict, ageMs }) {
      const ok = outcome.kind === 'ok';
      attempts.inc({ outcome: ok ? 'ok' : outcome.errorClass });
      attemptSeconds.observe({ result: ok ? 'ok' : 'failed' }, durationMs / 1_000);
      if (verdict === 'delivered' || verdict === 'exhausted') deliveries.inc({ status: verdict });
      if (verdict === 'delivered' && ageMs !== null) deliverySeconds.observe(ageMs / 1_000);
    },
    parked: () => parkedByWorker.inc(),
  };
}
