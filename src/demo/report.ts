import type { Webhook } from '../store/webhooks.js';
import { compareCounts } from './comparison.js';
import type { Endpoint } from './endpoints.js';
import type { LedgerRecord } from './ledger-record.js';
import { type Percentiles, percentiles } from './percentiles.js';
import type { ReceiverCounts } from './receiver.js';

/** What a demo came to: what `--json` prints. Times are ISO 8601, durations are milliseconds. */
export interface DemoReport {
  /** True where every event arrived, and the ledger and the receivers agree on everything. */
  readonly ok: boolean;
  /** What they do not agree on, a sentence each. */
  readonly differences: readonly string[];
  readonly events: number;
  /** PostgreSQL started and migrated, the webhooks registered. */
  readonly startMs: number;
  /** From the first event enqueued to the last. */
  readonly enqueueMs: number;
  /** From the first event enqueued until nothing was left to happen. */
  readonly deliverMs: number;
  readonly webhooks: readonly WebhookReport[];
}

/** One webhook: what the ledger holds of it, and what its receiver counted. */
export interface WebhookReport
  extends Pick<Endpoint, 'name' | 'behaviour'>,
    Omit<Webhook, 'accountId' | 'description' | 'headers' | 'createdAt' | 'updatedAt'> {
  /** How many are in each state; `pending` is what is still owed. */
  readonly deliveries: LedgerRecord['deliveries'];
  readonly attempts: number;
  readonly attemptMs: Percentiles | null;
  /** From enqueueing to delivered, retries included. */
  readonly deliveredMs: Percentiles | null;
  /** Null where nothing listens. */
  readonly receiver: ReceiverReport | null;
}

/** What a receiver counted. */
export interface ReceiverReport {
  /** Different `webhook-id`s that it accepted. */
  readonly accepted: number;
  /** Requests that it accepted beyond the first of the same `webhook-id`: delivery is at least once. */
  readonly duplicates: number;
  /** Requests that it answered 500. */
  readonly refused: number;
  /** Requests whose signature did not verify. */
  readonly unverified: number;
}

/** How the run went. */
export interface Finished extends Pick<DemoReport, 'startMs' | 'enqueueMs' | 'deliverMs'> {
  /** The ids of all events, as `enqueue` answered them. */
  readonly eventIds: ReadonlySet<string>;
  /** False where the demo gave up waiting. */
  readonly settled: boolean;
}

/** An endpoint, and what the ledger holds of its webhook. */
export interface RecordedEndpoint extends Endpoint {
  readonly ledger: LedgerRecord;
}

/** Compares what the ledger and the receivers say, and reports on both. */
export function makeReport(
  endpoints: readonly RecordedEndpoint[],
  { eventIds, settled, startMs, enqueueMs, deliverMs }: Finished,
): DemoReport {
  const counts = endpoints.map(({ name, ledger, receiver }) => {
    return { name, ledger, receiver: receiver?.counts() };
  });
  const differences = compareCounts(eventIds, counts);
  if (!settled) differences.push('the demo gave up waiting, because nothing changed for 30 s');
  const ok = differences.length === 0;
  const webhooks = endpoints.map(reportWebhook);
  return { ok, differences, events: eventIds.size, startMs, enqueueMs, deliverMs, webhooks };
}

function reportWebhook({ name, behaviour, ledger, receiver }: RecordedEndpoint): WebhookReport {
  const { webhook, deliveries, attempts, attemptMs, deliveredMs } = ledger;
  const { accountId, description, headers, createdAt, updatedAt, ...shown } = webhook;
  return {
    name,
    behaviour,
    ...shown,
    deliveries,
    attempts: attempts.ok + attempts.failed,
    attemptMs: percentiles(attemptMs),
    deliveredMs: percentiles(deliveredMs),
    receiver: receiver === undefined ? null : reportReceiver(receiver.counts()),
  };
}

function reportReceiver({ accepted, refused, unverified }: ReceiverCounts): ReceiverReport {
  const requests = [...accepted.values()].reduce((sum, count) => sum + count, 0);
  return { accepted: accepted.size, duplicates: requests - accepted.size, refused, unverified };
}
