import type { LedgerRecord } from './ledger-record.js';
import type { ReceiverCounts } from './receiver.js';

/** What two independent counts say of one endpoint. */
export interface EndpointCounts {
  readonly name: string;
  /** What its receiver counted; undefined where nothing listens. */
  readonly receiver: ReceiverCounts | undefined;
  readonly ledger: Pick<LedgerRecord, 'deliveries' | 'deliveredEvents' | 'attempts'> & {
    readonly webhook: Pick<
      LedgerRecord['webhook'],
      'active' | 'deactivationReason' | 'successCount' | 'failureCount'
    >;
  };
}

/**
 * Compares what the ledger says with what the receivers counted.
 *
 * @param eventIds the ids of all events, as `enqueue` answered them
 * @returns what differs, a sentence each; empty where every event arrived and all counts agree
 */
export function compareCounts(
  eventIds: ReadonlySet<string>,
  endpoints: readonly EndpointCounts[],
): string[] {
  return endpoints.flatMap((endpoint) => {
    const { name, receiver } = endpoint;
    const differences = [
      ...compareLedger(eventIds, endpoint),
      ...(receiver === undefined
        ? compareDead(endpoint)
        : compareReceiver(eventIds, receiver, endpoint)),
    ];
    return differences.map((difference) => `${name}: ${difference}`);
  });
}

/** What holds for every webhook, within the ledger. */
function compareLedger(eventIds: ReadonlySet<string>, { ledger }: EndpointCounts): string[] {
  const { deliveries, deliveredEvents, attempts, webhook } = ledger;
  const owed = deliveries.pending + deliveries.delivered + deliveries.exhausted;
  return [
    ...unequal('deliveries in the ledger', owed + deliveries.discarded, 'events', eventIds.size),
    ...unequal('delivered deliveries', deliveries.delivered, 'their events', deliveredEvents.size),
    ...unequal('successCount', webhook.successCount, 'successful attempts', attempts.ok),
    ...unequal('failureCount', webhook.failureCount, 'failed attempts', attempts.failed),
  ];
}

function compareReceiver(
  eventIds: ReadonlySet<string>,
  { accepted, refused, unverified }: ReceiverCounts,
  { ledger }: EndpointCounts,
): string[] {
  const { deliveredEvents, webhook } = ledger;
  const requests = [...accepted.values()].reduce((sum, count) => sum + count, 0);
  const seen = new Set(accepted.keys());
  return [
    ...missing('events were never accepted by the receiver', eventIds, seen),
    ...missing('events were accepted and never enqueued', seen, eventIds),
    ...missing('events are delivered in the ledger, not in the receiver', deliveredEvents, seen),
    ...missing('events were accepted and are not delivered in the ledger', seen, deliveredEvents),
    ...unequal('successCount', webhook.successCount, 'requests answered 200', requests),
    ...unequal('failureCount', webhook.failureCount, 'requests answered 500', refused),
    ...unequal('requests with a signature that did not verify', unverified, 'allowed', 0),
    ...(webhook.active ? [] : ['the webhook was deactivated, though it succeeds']),
  ];
}

function compareDead({ ledger }: EndpointCounts): string[] {
  const { active, deactivationReason, successCount } = ledger.webhook;
  return [
    ...unequal('successCount', successCount, 'possible without a listener', 0),
    ...(!active && deactivationReason === 'zombie' ? [] : ['the sweep did not deactivate it']),
  ];
}

function unequal(what: string, count: number, other: string, otherCount: number): string[] {
  return count === otherCount ? [] : [`${what}: ${count}, ${other}: ${otherCount}`];
}

/** Names the ids that are in the first set and not in the second, the first three of them. */
function missing(what: string, ids: ReadonlySet<string>, from: ReadonlySet<string>): string[] {
  const lost = [...ids].filter((id) => !from.has(id));
  if (lost.length === 0) return [];
  const shown = lost.slice(0, 3).join(', ');
  return [`${lost.length} ${what}: ${shown}${lost.length > 3 ? ', …' : ''}`];
}
