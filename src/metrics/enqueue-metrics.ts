import { Counter, Histogram, type Registry } from 'prom-client';

/** Why deliveries were not queued by their producer. */
export type LeftReason = 'full' | 'fault';

/** What a producer tells of the events that it writes. */
export interface EnqueueMetrics {
  /** Takes up events that were written, or are written once the caller's transaction commits. */
  eventsWritten(
    events: readonly { readonly duplicate: boolean; readonly deliveryCount: number }[],
  ): void;
  /** So many deliveries were left to the dispatcher: the queue was full, or could not be reached. */
  leftToDispatcher(reason: LeftReason, deliveries: number): void;
}

const FAN_OUT_BUCKETS = [0, 1, 2, 5, 10, 20, 50, 100, 500, 1_000, 10_000];

export function createEnqueueMetrics(registers: Registry[]): EnqueueMetrics {
  const events = new Counter({
    name: 'posthorn_events_total',
    help: 'Events that this process enqueued: new ones, and duplicates by their idempotency key.',
    labelNames: ['result'],
    registers,
  });
  const fanOut = new Histogram({
    name: 'posthorn_event_fan_out_deliveries',
    help: 'Deliveries that a new event made, one for each webhook that wants it.',
    buckets: FAN_OUT_BUCKETS,
    registers,
  });
  const left = new Counter({
    name: 'posthorn_deliveries_left_total',
    help: 'New deliveries that were left to the dispatcher, because the queue was full or could not be reached.',
    labelNames: ['reason'],
    registers,
  });
  for (const result of ['new', 'duplicate']) events.inc({ result }, 0);
  for (const reason of ['full', 'fault']) left.inc({ reason }, 0);

  return {
    eventsWritten(written) {
      for (const { duplicate, deliveryCount } of written) {
        events.inc({ result: duplicate ? 'duplicate' : 'new' });
        if (!duplicate) fanOut.observe(deliveryCount);
      }
    },
    leftToDispatcher: (reason, deliveries) => left.inc({ reason }, deliveries),
  };
}
