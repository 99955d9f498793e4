import { assertEventTypePattern, compileEventTypes } from '../domain/event-type.js';
import { firstIdAt } from '../domain/id.js';
import { type Condition, given, valuesOf, whereAll } from './conditions.js';
import { type Delivery, toDelivery } from './deliveries.js';
import type { Delivery as DeliveryRow } from './generated/client.js';
import type { DeliveryStatus } from './generated/enums.js';
import { lastLooked } from './last-looked.js';
import type { SqlRunner } from './ledger.js';
import { MOST_LOOKED, type Page, type PageRequest, readPage } from './page.js';

/** A delivery as a list shows it, with what it brings and where to. */
export interface ListedDelivery extends Delivery {
  /** Null where its event is not in the ledger any more. */
  readonly eventType: string | null;
  /** Null where its webhook was deleted. */
  readonly webhookUrl: string | null;
}

/** What can be asked of a list of deliveries. */
export interface DeliveryFilter extends PageRequest {
  readonly accountId?: string | undefined;
  readonly webhookId?: string | undefined;
  readonly eventId?: string | undefined;
  readonly status?: DeliveryStatus | undefined;
  /** `ok`, or the error class of the last attempt. */
  readonly outcome?: string | undefined;
  /** An event type, exact or with `*` segments. */
  readonly eventType?: string | undefined;
  /** Enqueued at this time or later. */
  readonly from?: Date | undefined;
  /** Enqueued before this time. */
  readonly to?: Date | undefined;
}

/**
 * A page of deliveries, newest first. Webhook, account, event and time are found by an index. For status,
 * outcome and event type a page looks at `MOST_LOOKED` deliveries at most, so that it may hold fewer than its
 * limit, even none, while another follows. Throws `InvalidEventTypeError`.
 */
export function listDeliveries(
  ledger: SqlRunner,
  filter: DeliveryFilter,
): Promise<Page<ListedDelivery>> {
  const others = otherConditions(filter);
  const looked = (before: string | undefined) => [
    ...indexedConditions(filter),
    ...given('id < ?', before),
  ];
  return readPage<ListedRow, ListedDelivery>(
    filter,
    ({ before, take }) => {
      const first = looked(before);
      return ledger.$queryRawUnsafe<ListedRow[]>(
        `SELECT ${COLUMNS}, (${EVENT_TYPE}) AS "eventType", webhook.url AS "webhookUrl"
        FROM (
          SELECT * FROM (
            SELECT * FROM posthorn.deliveries ${whereAll(first)} ORDER BY id DESC LIMIT ${MOST_LOOKED}
          ) AS delivery ${whereAll(others, first.length)} ORDER BY id DESC LIMIT ${take}
        ) AS delivery
        LEFT JOIN posthorn.webhooks AS webhook ON webhook.id = delivery.webhook_id
        ORDER BY delivery.id DESC`,
        ...valuesOf([...first, ...others]),
      );
    },
    toListed,
    others.length === 0 ? undefined : (before) => lastLooked(ledger, 'deliveries', looked(before)),
  );
}

type ListedRow = DeliveryRow & Pick<ListedDelivery, 'eventType' | 'webhookUrl'>;

const COLUMNS = `delivery.id, event_id AS "eventId", webhook_id AS "webhookId",
  delivery.account_id AS "accountId", status::text, attempt_count AS "attemptCount",
  schedule_from AS "scheduleFrom", due_at AS "dueAt", dispatch_at AS "dispatchAt",
  last_outcome AS "lastOutcome", last_status_code AS "lastStatusCode",
  delivery.created_at AS "createdAt", ended_at AS "endedAt"`;

// Asked for each delivery by itself: joined, PostgreSQL might read all events first.
const EVENT_TYPE = 'SELECT type FROM posthorn.events AS event WHERE event.id = delivery.event_id';

function indexedConditions(filter: DeliveryFilter): readonly Condition[] {
  const { accountId, webhookId, eventId, from, to } = filter;
  return [
    ...given('account_id = ?', accountId),
    ...given('webhook_id = ?', webhookId),
    ...given('event_id = ?', eventId),
    // The time of a delivery is that of its id.
    ...given('id >= ?', from && firstIdAt('dlv_', from)),
    ...given('id < ?', to && firstIdAt('dlv_', to)),
  ];
}

function otherConditions(filter: DeliveryFilter): readonly Condition[] {
  const { status, outcome, eventType } = filter;
  if (eventType !== undefined) assertEventTypePattern(eventType);
  const pattern = eventType === undefined ? null : compileEventTypes([eventType]);
  return [
    ...given('status::text = ?', status),
    ...given('last_outcome = ?', outcome),
    ...given(`(${EVENT_TYPE}) ~ ?`, pattern ?? undefined),
  ];
}

function toListed({ eventType, webhookUrl, ...row }: ListedRow): ListedDelivery {
  return { ...toDelivery(row), eventType, webhookUrl };
}
