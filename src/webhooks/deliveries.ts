import type { Logger } from 'pino';
import type { AccountScope } from '../domain/access.js';
import type { Clock } from '../domain/clock.js';
import { ConflictError, missing } from '../domain/errors.js';
import { isId } from '../domain/id.js';
import type { DeliveryQueue } from '../queue/delivery-queue.js';
import { type Attempt, type Delivery, findDelivery, retryDelivery } from '../store/deliveries.js';
import {
  type DeliveryFilter,
  type ListedDelivery,
  listDeliveries,
} from '../store/delivery-list.js';
import { findEvent, type StoredEvent } from '../store/events.js';
import type { Ledger } from '../store/ledger.js';
import type { Page } from '../store/page.js';

/** A delivery with its attempts, the latest 1,000, oldest first. */
export type DeliveryWithAttempts = Delivery & { readonly attempts: readonly Attempt[] };

/** Looks deliveries up and makes them again. Unknown ids throw `NotFoundError`. */
export interface Deliveries {
  get(id: string, scope?: AccountScope): Promise<DeliveryWithAttempts>;
  /**
   * A page of deliveries, newest first. Narrowed by status, outcome or event type it looks at up to 20,000
   * deliveries, and may hold fewer than asked for, or none, while `nextCursor` goes on. Throws
   * `InvalidEventTypeError`.
   */
  list(filter?: DeliveryFilter): Promise<Page<ListedDelivery>>;
  /**
   * Makes a delivery now, at the beginning of its retry schedule, whether it is pending or has ended. The
   * receiver sees the same `webhook-id` as before. Throws `ConflictError` where its webhook is inactive.
   */
  retry(id: string, scope?: AccountScope): Promise<DeliveryWithAttempts>;
}

/** Looks events up. */
export interface Events {
  get(id: string, scope?: AccountScope): Promise<StoredEvent>;
}

export function createDeliveries(options: {
  ledger: Ledger;
  queue: DeliveryQueue;
  clock: Clock;
  log: Logger;
}): Deliveries {
  const { ledger, queue, clock, log } = options;

  async function get(id: string, scope: AccountScope = {}): Promise<DeliveryWithAttempts> {
    const delivery = isId('dlv_', id) ? await findDelivery(ledger, id, scope.accountId) : undefined;
    return delivery ?? missing('delivery', id);
  }

  return {
    get,
    list: (filter = {}) => listDeliveries(ledger, filter),
    async retry(id, scope = {}) {
      const { webhookId } = await get(id, scope);
      if (!(await retryDelivery(ledger, id, clock()))) {
        throw new ConflictError(
          `delivery ${id} can't be made: its webhook is inactive or deleted`,
          {
            hint: 'reactivate the webhook; what it is owed is then made again',
            details: { webhookId },
          },
        );
      }
      // A job that waits for an earlier retry would hold the delivery up; without Redis there is none.
      await queue
        .hasten({ id, webhookId })
        .catch((error) => log.warn({ error, deliveryId: id }, 'not hastened'));
      return get(id, scope);
    },
  };
}

export function createEvents(options: { ledger: Ledger }): Events {
  return {
    async get(id, scope = {}) {
      const { ledger } = options;
      const event = isId('evt_', id) ? await findEvent(ledger, id, scope.accountId) : undefined;
      return event ?? missing('event', id);
    },
  };
}
