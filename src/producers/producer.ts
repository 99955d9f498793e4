import type { Logger } from 'pino';
import { createBatcher } from '../domain/batcher.js';
import type { Clock } from '../domain/clock.js';
import { InvalidInputError } from '../domain/errors.js';
import { type CheckedEvent, checkEvent, type NewEvent } from '../domain/event.js';
import { newId } from '../domain/id.js';
import { readTraceContext, type TraceContext } from '../domain/trace-context.js';
import type { EnqueueMetrics } from '../metrics/enqueue-metrics.js';
import type { DeliveryQueue } from '../queue/delivery-queue.js';
import { type EventRow, type WrittenEvent, writeEvents } from '../store/events.js';
import { HANDOFF_MS } from '../store/leases.js';
import type { Ledger, SqlRunner } from '../store/ledger.js';
import type { Tracing } from '../tracing.js';

/** What `enqueue` answers. */
export interface EnqueuedEvent {
  /** The event's id, which receivers see as `webhook-id`; the first event's where it is a duplicate. */
  readonly id: string;
  /** How many deliveries this call made, one for each webhook that wants the event; 0 for a duplicate. */
  readonly deliveries: number;
  /** True where the account used the idempotency key before. */
  readonly duplicate: boolean;
}

export interface EnqueueOptions {
  /**
   * A transaction of your own Prisma client on the ledger's database. The event is then written in it:
   * delivered soon after its commit, and not at all where it is rolled back.
   */
  readonly tx?: SqlRunner | undefined;
  /**
   * Where in a trace the events happened, as the headers of W3C Trace Context; the active OpenTelemetry span
   * where left out. What does not fit counts as left out.
   */
  readonly trace?: { readonly traceparent?: unknown; readonly tracestate?: unknown } | undefined;
}

/** Enqueues events. An event is durable in the ledger when its call resolves. */
export interface Producer {
  /** Enqueues one event. Throws what `checkEvent` throws; then nothing was written. */
  enqueue(event: NewEvent, options?: EnqueueOptions): Promise<EnqueuedEvent>;
  /** Enqueues up to 1,000 at once, all or none; the answers are in their order. */
  enqueueMany(events: readonly NewEvent[], options?: EnqueueOptions): Promise<EnqueuedEvent[]>;
  /** Resolves when everything under way is written and queued. */
  drain(): Promise<void>;
}

/** Most events that `enqueueMany` takes. */
export const MAX_EVENTS = 1_000;

/** Most single events in one round trip. */
const MAX_BATCH = 500;

/** Round trips that one process makes at the same time. */
const CONCURRENT_BATCHES = 2;

export function createProducer(options: {
  ledger: Ledger;
  queue: DeliveryQueue;
  metrics: EnqueueMetrics;
  tracing: Pick<Tracing, 'enqueue'>;
  clock: Clock;
  log: Logger;
}): Producer {
  const { ledger, queue, metrics, tracing, clock, log } = options;

  function toRow(event: CheckedEvent, trace: TraceContext | null): EventRow {
    return { id: newId('evt_', clock()), ...event, ...(trace && { trace }) };
  }

  /**
   * Writes events and adds their jobs. What can't be queued, or must not be because the queue is full, stays
   * in the ledger for the dispatcher.
   */
  async function writeAndQueue(rows: readonly EventRow[]): Promise<readonly WrittenEvent[]> {
    const hasRoom = await queue.hasRoom();
    const now = clock();
    const dispatchAt = hasRoom ? new Date(now.getTime() + HANDOFF_MS) : now;
    const written = await writeEvents(ledger, rows, { now, dispatchAt, notify: false });
    const deliveries = written.flatMap((event) => event.direct);
    if (!hasRoom) metrics.leftToDispatcher('full', deliveries.length);
    if (hasRoom && deliveries.length > 0) {
      try {
        await queue.add(deliveries);
      } catch (error) {
        metrics.leftToDispatcher('fault', deliveries.length);
        log.warn({ error, deliveries: deliveries.length }, 'not queued, left to the dispatcher');
      }
    }
    return written;
  }

  // Single events that are enqueued at the same time share a round trip; several are one already.
  const batcher = createBatcher({
    flush: writeAndQueue,
    maxItems: MAX_BATCH,
    maxDelayMs: 0,
    concurrency: CONCURRENT_BATCHES,
  });
  const underWay = new Set<Promise<unknown>>();

  async function write(rows: readonly EventRow[], tx: SqlRunner | undefined) {
    if (tx !== undefined) {
      const now = clock();
      return writeEvents(tx, rows, { now, dispatchAt: now, notify: true });
    }
    const [only] = rows;
    const writing =
      rows.length === 1 && only ? batcher.add(only).then((one) => [one]) : writeAndQueue(rows);
    underWay.add(writing);
    return writing.finally(() => underWay.delete(writing));
  }

  async function enqueueMany(
    events: readonly NewEvent[],
    { tx, trace }: EnqueueOptions = {},
  ): Promise<EnqueuedEvent[]> {
    if (!Array.isArray(events)) throw new InvalidInputError('the events must be an array');
    if (events.length > MAX_EVENTS) {
      throw new InvalidInputError(
        `${events.length} events are too many for one call: at most ${MAX_EVENTS} fit`,
      );
    }
    // A gap in the list is no event either.
    const checked = Array.from(events, (event: NewEvent) => checkEvent(event));
    if (checked.length === 0) return [];
    const parent = readTraceContext(trace?.traceparent, trace?.tracestate);
    const written = await tracing.enqueue({ events: checked, parent }, (kept) =>
      write(
        checked.map((event) => toRow(event, kept)),
        tx,
      ),
    );
    metrics.eventsWritten(written);
    return written.map(({ id, duplicate, deliveryCount }) => {
      return { id, duplicate, deliveries: deliveryCount };
    });
  }

  return {
    enqueue: async (event, enqueueOptions) => {
      const [enqueued] = await enqueueMany([event], enqueueOptions);
      if (enqueued === undefined) throw new Error('the ledger answered for no event');
      return enqueued;
    },
    enqueueMany,
    drain: async () => {
      await Promise.allSettled(underWay);
    },
  };
}
