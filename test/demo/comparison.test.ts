import { describe, expect, test } from 'vitest';
import { compareCounts, type EndpointCounts } from '../../src/demo/comparison.js';

const EVENTS = ['evt_1', 'evt_2', 'evt_3'];

/** An endpoint whose receiver accepted each event once and refused two requests. */
function living() {
  const accepted = new Map(EVENTS.map((id) => [id, 1]));
  return {
    name: 'flaky',
    receiver: { accepted, refused: 2, unverified: 0 },
    ledger: {
      deliveries: { pending: 0, delivered: 3, exhausted: 0, discarded: 0 },
      deliveredEvents: new Set(EVENTS),
      attempts: { ok: 3, failed: 2 },
      webhook: { active: true, deactivationReason: null, successCount: 3, failureCount: 2 },
    },
  };
}

function dead(): EndpointCounts {
  return {
    name: 'dead',
    receiver: undefined,
    ledger: {
      deliveries: { pending: 3, delivered: 0, exhausted: 0, discarded: 0 },
      deliveredEvents: new Set(),
      attempts: { ok: 0, failed: 7 },
      webhook: { active: false, deactivationReason: 'zombie', successCount: 0, failureCount: 7 },
    },
  };
}

function compare(...endpoints: EndpointCounts[]): string[] {
  return compareCounts(new Set(EVENTS), endpoints);
}

test('finds no difference where the ledger and the receivers agree', () => {
  expect(compare(living(), dead())).toEqual([]);
});

test('does not take a duplicate for a difference where the ledger counted it too', () => {
  const endpoint = living();
  endpoint.receiver.accepted.set('evt_1', 2);
  endpoint.ledger.attempts.ok = 4;
  endpoint.ledger.webhook.successCount = 4;
  expect(compare(endpoint)).toEqual([]);
});

describe('says what differs', () => {
  type Living = ReturnType<typeof living>;
  const lies: [string, (endpoint: Living) => void, string][] = [
    [
      'the receiver misses an event',
      ({ receiver }) => receiver.accepted.delete('evt_2'),
      'flaky: 1 events were never accepted by the receiver: evt_2',
    ],
    [
      'the receiver saw an event that was never enqueued',
      ({ receiver }) => receiver.accepted.set('evt_9', 1),
      'flaky: 1 events were accepted and never enqueued: evt_9',
    ],
    [
      'the ledger calls delivered what the receiver never accepted',
      ({ receiver }) => receiver.accepted.delete('evt_3'),
      'flaky: 1 events are delivered in the ledger, not in the receiver: evt_3',
    ],
    [
      'the ledger misses what the receiver accepted',
      ({ ledger }) => ledger.deliveredEvents.delete('evt_1'),
      'flaky: 1 events were accepted and are not delivered in the ledger: evt_1',
    ],
    [
      'the receiver accepted one more request than the ledger counts',
      ({ receiver }) => receiver.accepted.set('evt_1', 2),
      'flaky: successCount: 3, requests answered 200: 4',
    ],
    [
      'the receiver refused one more request than the ledger counts',
      ({ receiver }) => {
        receiver.refused = 3;
      },
      'flaky: failureCount: 2, requests answered 500: 3',
    ],
    [
      'a signature did not verify',
      ({ receiver }) => {
        receiver.unverified = 1;
      },
      'flaky: requests with a signature that did not verify: 1, allowed: 0',
    ],
    [
      'a counter is not the number of attempts',
      ({ ledger }) => {
        ledger.attempts.failed = 1;
      },
      'flaky: failureCount: 2, failed attempts: 1',
    ],
    [
      'a delivery is missing',
      ({ ledger }) => {
        ledger.deliveries.delivered = 2;
      },
      'flaky: deliveries in the ledger: 2, events: 3',
    ],
    [
      'a webhook that succeeds was deactivated',
      ({ ledger }) => {
        ledger.webhook.active = false;
      },
      'flaky: the webhook was deactivated, though it succeeds',
    ],
  ];

  test.each(lies)('%s', (_name, lie, difference) => {
    const endpoint = living();
    lie(endpoint);
    expect(compare(endpoint, dead())).toContain(difference);
  });

  test('the dead webhook is still active', () => {
    const endpoint = dead();
    const webhook = { ...endpoint.ledger.webhook, active: true, deactivationReason: null };
    const stillActive = { ...endpoint, ledger: { ...endpoint.ledger, webhook } };
    expect(compare(stillActive)).toEqual(['dead: the sweep did not deactivate it']);
  });
});
