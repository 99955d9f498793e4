import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import { createMessageWriter } from '../delivery/message-writer.js';
import type { Sender } from '../delivery/sender.js';
import { createBatcher } from '../domain/batcher.js';
import type { Clock } from '../domain/clock.js';
import type { AttemptResult } from '../domain/outcome.js';
import { policyOf } from '../domain/policy.js';
import type { SecretBox } from '../domain/secret-box.js';
import { traceIdOf } from '../domain/trace-context.js';
import { judge, type Verdict } from '../domain/verdict.js';
import type { DeliveryMetrics } from '../metrics/delivery-metrics.js';
import type { QueuedDelivery } from '../queue/delivery-job.js';
import type { JobResult } from '../queue/delivery-queue.js';
import {
  createDeliveryLoader,
  type DeliveryKey,
  type LoadedDelivery,
} from '../store/delivery-loader.js';
import { shelveDeliveries } from '../store/dispatch.js';
import { type ParkedDelivery, parkDeliveries } from '../store/holds.js';
import type { Ledger } from '../store/ledger.js';
import type { Recorder } from '../store/recorder.js';
import type { AttemptFacts, Tracing } from '../tracing.js';
import type { InFlightGate } from './in-flight-gate.js';
import { type ReadyDelivery, toOutcomeRow } from './outcome-row.js';

/** Whether a job still stands for something to do. */
type Check =
  | { readonly kind: 'ready'; readonly delivery: ReadyDelivery }
  /** It ended, or the ledger no longer holds it. */
  | { readonly kind: 'over' }
  /** Its webhook is inactive or deleted. */
  | { readonly kind: 'shelve' }
  /** Its webhook's breaker is not closed, and another delivery tries. */
  | { readonly kind: 'park'; readonly webhookId: string };

const DONE: JobResult = { kind: 'done' };

/** Works on deliveries. */
export interface DeliveryProcess {
  /** Rejects only for faults of our own; then nothing counts, and the queue brings the job back. */
  process(delivery: QueuedDelivery): Promise<JobResult>;
  /** Resolves when all that had to wait is parked. */
  drain(): Promise<void>;
}

/** What is done for one delivery reads from top to bottom: load, check, enter, write, send, judge, record. */
export function createDeliveryProcess(options: {
  ledger: Ledger;
  sender: Sender;
  recorder: Recorder;
  gate: InFlightGate;
  secretBox: SecretBox;
  settings: Pick<Settings, 'policies' | 'timeout' | 'nearRetry' | 'queueLease'>;
  metrics: DeliveryMetrics;
  tracing: Pick<Tracing, 'attempt'>;
  clock: Clock;
  random: () => number;
  /** Aborted when the process must end now: attempts under way are given up, uncounted. */
  abort: AbortSignal;
  log: Logger;
}): DeliveryProcess {
  const { ledger, sender, recorder, gate, settings, metrics, tracing, clock } = options;
  const { random, abort, log } = options;
  const writeMessage = createMessageWriter(options.secretBox);
  const loader = createDeliveryLoader(ledger);

  // Jobs that start at the same time share the reading of their rows.
  const loads = createBatcher({
    flush: (keys: readonly DeliveryKey[]) => loader.load(keys),
    maxItems: 200,
    maxDelayMs: 0,
    concurrency: 4,
  });

  // A webhook that was deactivated may have many jobs in the queue: they leave it together.
  const shelvings = createBatcher({
    flush: async (ids: readonly string[]) => {
      await shelveDeliveries(ledger, ids, clock());
      return ids;
    },
    maxItems: 500,
    maxDelayMs: 2,
    concurrency: 1,
  });

  // What its webhook has no room for waits in the ledger, not in a slot and not in the queue. It is parked
  // once its job is gone, because it may be queued again at once, and the queue ignores an id that it holds.
  const parkings = createBatcher({
    flush: async (parked: readonly ParkedDelivery[]) => {
      await parkDeliveries(ledger, parked, clock());
      return parked;
    },
    maxItems: 500,
    maxDelayMs: 2,
    concurrency: 1,
  });

  function park(parked: ParkedDelivery): JobResult {
    metrics.parked();
    const afterwards = () => {
      parkings.add(parked).catch((error) => {
        log.warn({ error, deliveryId: parked.id }, 'not parked, it comes back with its lease');
      });
    };
    return { kind: 'done', afterwards };
  }

  async function attempt(delivery: ReadyDelivery): Promise<AttemptResult> {
    const { webhook, event } = delivery;
    // One time for both, so that what was sent can be written again from the ledger.
    const startedAt = clock();
    const { body, headers } = writeMessage(event, webhook, startedAt);
    return tracing.attempt(attemptFacts(delivery), (ownHeaders) =>
      sender.send({
        url: webhook.url,
        headers: webhook.headers,
        messageHeaders: { ...headers, ...ownHeaders },
        body,
        startedAt,
        timeoutMs: settings.timeout,
        signal: abort,
      }),
    );
  }

  async function process({ id, eventId }: QueuedDelivery): Promise<JobResult> {
    const check = checkDelivery(await loads.add({ deliveryId: id, eventId }));
    if (check.kind === 'over') return DONE;
    if (check.kind === 'shelve') {
      await shelvings.add(id);
      return DONE;
    }
    if (check.kind === 'park') return park({ id, webhookId: check.webhookId, allowance: 1 });
    const { delivery } = check;
    const { id: webhookId, maxInFlight } = delivery.webhook;
    const passage = await gate.enter({ deliveryId: id, webhookId, maxInFlight });
    if (!('leave' in passage)) return park({ id, webhookId, allowance: passage.allowance });
    let result: AttemptResult | undefined;
    let allowance: number;
    metrics.attemptBegan();
    try {
      result = await attempt(delivery);
    } catch (error) {
      if (!abort.aborted) throw error;
    } finally {
      metrics.attemptEnded();
      allowance = passage.leave(result);
    }
    if (result === undefined) return { kind: 'again', delayMs: 0 };

    const number = delivery.attemptCount + 1;
    const { tier, overrides, format } = delivery.webhook;
    const { retry } = policyOf(settings.policies[tier], overrides);
    const verdict = judge(
      result.outcome,
      number - delivery.scheduleFrom,
      retry,
      random(),
      format.kind,
    );
    // A retry of a held webhook waits for its turn in the ledger, like all that it is owed.
    const soon = verdict.kind === 'retry' && verdict.delayMs <= settings.nearRetry;
    const near = soon && delivery.hold === null;
    const leaseMs = near ? settings.queueLease : 0;
    await recorder.record(toOutcomeRow({ delivery, number, result, verdict, leaseMs, allowance }));
    metrics.attemptRecorded({ result, verdict: verdict.kind, ageMs: ageMs(delivery, result) });
    logAttempt(log, delivery, number, result, verdict);
    return near ? { kind: 'again', delayMs: verdict.delayMs } : DONE;
  }

  return { process, drain: () => parkings.drain() };
}

function checkDelivery(delivery: LoadedDelivery | undefined): Check {
  if (delivery === undefined || delivery.status !== 'pending') return { kind: 'over' };
  const { webhook, active, hold } = delivery;
  if (webhook === null || !active) return { kind: 'shelve' };
  const mayTry = hold === null || hold.state === 'pacing' || hold.probe === delivery.id;
  if (!mayTry) return { kind: 'park', webhookId: webhook.id };
  return { kind: 'ready', delivery: { ...delivery, webhook } };
}

function attemptFacts({ id, attemptCount, event, webhook }: ReadyDelivery): AttemptFacts {
  return {
    deliveryId: id,
    eventId: event.id,
    webhookId: webhook.id,
    accountId: event.accountId,
    eventType: event.type,
    url: webhook.url,
    number: attemptCount + 1,
    parent: event.trace,
  };
}

/** From enqueueing to the end of the attempt; null where the delivery was made pending again since. */
function ageMs(delivery: ReadyDelivery, { startedAt, durationMs }: AttemptResult): number | null {
  if (delivery.scheduleFrom > 0) return null;
  return startedAt.getTime() + durationMs - delivery.event.createdAt.getTime();
}

function logAttempt(
  log: Logger,
  delivery: ReadyDelivery,
  number: number,
  { durationMs, outcome }: AttemptResult,
  verdict: Verdict,
): void {
  log.debug(
    {
      deliveryId: delivery.id,
      eventId: delivery.event.id,
      webhookId: delivery.webhook.id,
      accountId: delivery.event.accountId,
      ...(delivery.event.trace && { traceId: traceIdOf(delivery.event.trace) }),
      attempt: number,
      outcome: outcome.kind === 'ok' ? 'ok' : outcome.errorClass,
      statusCode: outcome.statusCode,
      durationMs: Math.round(durationMs),
      verdict: verdict.kind,
    },
    'attempt',
  );
}
