import { DUE_CHANNEL } from './events.js';
import type { Attempt as AttemptRow, Delivery as DeliveryRow } from './generated/client.js';
import { DeliveryStatus } from './generated/enums.js';
import type { Ledger } from './ledger.js';
import { type Page, type PageRequest, readPage } from './page.js';

/**
 * Where a pending delivery is.
 *
 * - `waiting`: in the ledger, for the time of its next attempt
 * - `queued`: with the queue, or in flight
 * - `parked`: in the ledger, until its webhook's hold lets it through, or it is reactivated
 */
export const DELIVERY_PLACES = ['waiting', 'queued', 'parked'] as const;

export type DeliveryPlace = (typeof DELIVERY_PLACES)[number];

/** What can become of a delivery, `pending` until then. */
export const DELIVERY_STATUSES = Object.values(DeliveryStatus);

/** A delivery as the API and the library show it. */
export interface Delivery {
  readonly id: string;
  readonly eventId: string;
  readonly webhookId: string;
  readonly accountId: string;
  readonly status: DeliveryStatus;
  readonly attemptCount: number;
  /** When the next attempt is owed; null once it has ended. */
  readonly dueAt: Date | null;
  /** Where it is while it is pending; null once it has ended. */
  readonly place: DeliveryPlace | null;
  /** `ok` or the class of the last attempt's error; null before the first. */
  readonly lastOutcome: string | null;
  readonly lastStatusCode: number | null;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}

/** An attempt as the API and the library show it. */
export interface Attempt {
  readonly id: string;
  readonly deliveryId: string;
  readonly webhookId: string;
  /** 1 for the first. */
  readonly number: number;
  /** `ok` or the error's class. */
  readonly outcome: string;
  readonly statusCode: number | null;
  readonly error: string | null;
  readonly responseExcerpt: string | null;
  readonly startedAt: Date;
  readonly durationMs: number;
}

/** Most attempts that are shown with a delivery: more than any schedule has, fewer than retries without end. */
const MOST_ATTEMPTS = 1_000;

/** Reads one delivery with its latest attempts, oldest first; undefined where there is none. */
export async function findDelivery(
  ledger: Ledger,
  id: string,
  accountId?: string,
): Promise<(Delivery & { readonly attempts: readonly Attempt[] }) | undefined> {
  const row = await ledger.delivery.findUnique({ where: { id } });
  if (row === null || (accountId !== undefined && row.accountId !== accountId)) return undefined;
  const attempts = await ledger.attempt.findMany({
    where: { deliveryId: id },
    orderBy: { id: 'desc' },
    take: MOST_ATTEMPTS,
  });
  return { ...toDelivery(row), attempts: attempts.toReversed() };
}

/** A page of a webhook's attempts, newest first. */
export function listAttempts(
  ledger: Ledger,
  webhookId: string,
  request: PageRequest,
): Promise<Page<Attempt>> {
  return readPage<AttemptRow, Attempt>(
    request,
    ({ before, take }) =>
      ledger.attempt.findMany({
        where: { webhookId, ...(before === undefined ? {} : { id: { lt: before } }) },
        orderBy: { id: 'desc' },
        take,
      }),
    (row) => row,
  );
}

/**
 * Makes a delivery due now, at the beginning of its retry schedule, whether it is pending or has ended. A
 * breaker that is open lets one delivery try at once.
 *
 * @returns whether there is one whose webhook is active, which alone can be made
 */
export async function retryDelivery(ledger: Ledger, id: string, now: Date): Promise<boolean> {
  const at = now.toISOString();
  const rows = await ledger.$queryRaw<{ notified: string }[]>`
    WITH due AS (
      UPDATE posthorn.deliveries AS delivery SET
        status = 'pending', ended_at = NULL, schedule_from = delivery.attempt_count,
        due_at = ${at}::timestamptz, dispatch_at = ${at}::timestamptz
      FROM posthorn.webhooks AS webhook
      WHERE delivery.id = ${id} AND webhook.id = delivery.webhook_id AND webhook.active
      RETURNING delivery.id, delivery.webhook_id
    ), tried AS (
      UPDATE posthorn.holds AS hold SET release_at = ${at}::timestamptz
      FROM due WHERE hold.webhook_id = due.webhook_id AND hold.state = 'open'
    )
    SELECT pg_notify(${DUE_CHANNEL}, '')::text AS notified FROM due`;
  return rows.length > 0;
}

/** A row as it is shown. */
export function toDelivery(row: DeliveryRow): Delivery {
  const { scheduleFrom: _scheduleFrom, dispatchAt: _dispatchAt, dueAt, ...shown } = row;
  const isPending = row.status === 'pending';
  return {
    ...shown,
    dueAt: isPending ? dueAt : null,
    place: isPending ? placeOf(row) : null,
  };
}

/** See the table of `dispatch_at` in ARCHITECTURE.md. */
function placeOf({ dispatchAt, dueAt }: DeliveryRow): DeliveryPlace {
  if (dispatchAt === null) return 'parked';
  return dispatchAt > dueAt ? 'queued' : 'waiting';
}
