import type { TraceContext } from '../domain/trace-context.js';
import type { DeliveryStatus } from './generated/enums.js';
import type { OwedDelivery } from './leases.js';
import type { Ledger, SqlRunner } from './ledger.js';

/** An event to be written, checked, with its id. */
export interface EventRow {
  readonly id: string;
  readonly accountId: string;
  readonly type: string;
  readonly payloadJson: string;
  readonly idempotencyKey: string | null;
  /** True for one of Posthorn's own, which goes to operational webhooks alone; false where left out. */
  readonly operational?: boolean;
  /** Where in a trace it happened; nowhere where left out. */
  readonly trace?: TraceContext | null;
}

/** What became of it: its deliveries, or the id of the event that its idempotency key stands for. */
export interface WrittenEvent {
  /** The event's id; the first event's where the key was used before. */
  readonly id: string;
  readonly duplicate: boolean;
  /** How many deliveries it made. */
  readonly deliveryCount: number;
  /** Those of them that need not wait, because their webhook has no hold. */
  readonly direct: readonly OwedDelivery[];
}

export interface WriteOptions {
  readonly now: Date;
  /** When the dispatcher first looks at the new deliveries that need not wait. */
  readonly dispatchAt: Date;
  /** Wakes the dispatcher at commit. */
  readonly notify: boolean;
}

interface WrittenRow {
  readonly id: string;
  readonly event_id: string;
  readonly delivery_id: string | null;
  readonly webhook_id: string | null;
  readonly direct: boolean;
}

/** The channel on which a commit wakes the dispatcher. */
export const DUE_CHANNEL = 'posthorn_due';

/**
 * Writes events and a pending delivery for each active webhook that wants them, in one statement.
 *
 * An idempotency key that stands for an event already makes its event a duplicate: neither it nor any
 * delivery is written. The upsert takes a lock on the key, so that of two concurrent calls one waits and
 * then reads the other's id. Of events in the same call that share a key, the first is written.
 *
 * Deliveries of a webhook that is held are parked, and the lock on its hold keeps it in place until they
 * are committed. Where the hold is idle the dispatcher is woken, which parks them and starts it again.
 */
export async function writeEvents(
  runner: SqlRunner,
  events: readonly EventRow[],
  options: WriteOptions,
): Promise<readonly WrittenEvent[]> {
  const firsts = new Map(events.toReversed().map((event) => [keyOf(event), event]));
  const rows = await runner.$queryRawUnsafe<WrittenRow[]>(
    WRITE_EVENTS,
    JSON.stringify([...firsts.values()]),
    options.now.toISOString(),
    options.dispatchAt.toISOString(),
    options.notify,
  );
  const written = collect(rows);
  return events.map((event) => {
    const first = firsts.get(keyOf(event)) ?? event;
    const { eventId, deliveryCount, direct } = written.get(first.id) ?? nothing(first.id);
    return first === event
      ? { id: eventId, duplicate: eventId !== event.id, deliveryCount, direct }
      : { id: eventId, duplicate: true, deliveryCount: 0, direct: [] };
  });
}

/** What makes two events of one call the same: their account and key, or else nothing. */
function keyOf(event: EventRow): string {
  // Both may hold spaces, so that joining them would make others of them the same.
  return event.idempotencyKey === null
    ? event.id
    : JSON.stringify([event.accountId, event.idempotencyKey]);
}

/**
 * The id of the delivery of `event_id` to `webhook_id`, whose `digest` is that of both: the time of its
 * event's id, and the digest in place of random bits. So an event can't have two deliveries to one webhook,
 * and no random bits are drawn for each row, which would ask the system each time.
 */
export const DELIVERY_ID = `
  'dlv_' || substr(event_id, 5, 12) || '7' || substr(digest, 14, 3) || '8' || substr(digest, 18)`;

/**
 * True where `webhook` wants the type of `kind`. PostgreSQL keeps 32 compiled regular expressions for a
 * connection, and compiling is slow. So they are only asked for webhooks that want types with "*", which
 * alone have "[" in theirs, and once for each type.
 */
export const WANTS_TYPE = `
  CASE
    WHEN webhook.event_type_pattern IS NULL OR kind.type = ANY(webhook.event_types) THEN true
    WHEN strpos(webhook.event_type_pattern, '[') > 0 THEN kind.type ~ webhook.event_type_pattern
    ELSE false
  END`;

// The parameters are read as text, whatever Prisma version the caller's transaction is of.
const WRITE_EVENTS = `
  WITH input AS (
    SELECT * FROM json_to_recordset($1::text::json) AS input (
      "id" text, "accountId" text, "type" text, "payloadJson" text, "idempotencyKey" text,
      "operational" boolean, "trace" json)
  ), keyed AS (
    INSERT INTO posthorn.idempotency_keys AS known (account_id, key, event_id, created_at)
    SELECT "accountId", "idempotencyKey", "id", $2::text::timestamptz
    FROM input WHERE "idempotencyKey" IS NOT NULL
    ORDER BY "accountId", "idempotencyKey"
    ON CONFLICT (account_id, key) DO UPDATE SET event_id = known.event_id
    RETURNING account_id, key, event_id
  ), resolved AS (
    SELECT input.*, coalesce(keyed.event_id, input."id") AS event_id
    FROM input
    LEFT JOIN keyed ON keyed.account_id = input."accountId" AND keyed.key = input."idempotencyKey"
  ), fresh AS (
    INSERT INTO posthorn.events (id, account_id, type, payload, idempotency_key, created_at, operational,
      traceparent, tracestate)
    SELECT "id", "accountId", "type", "payloadJson", "idempotencyKey", $2::text::timestamptz,
      coalesce("operational", false), "trace"->>'traceparent', "trace"->>'tracestate'
    FROM resolved WHERE event_id = "id"
    RETURNING id, account_id, type, operational
  ), kind AS (
    SELECT DISTINCT account_id, type, operational FROM fresh
  ), match AS (
    SELECT kind.account_id, kind.type, kind.operational, webhook.id AS webhook_id
    FROM kind JOIN posthorn.webhooks AS webhook
      ON webhook.account_id = kind.account_id AND webhook.active
      AND webhook.operational = kind.operational AND ${WANTS_TYPE}
  ), wanted AS (
    SELECT fresh.id AS event_id, account_id, match.webhook_id
    FROM fresh JOIN match USING (account_id, type, operational)
  ), hold AS (
    SELECT webhook_id, release_at IS NULL AS idle FROM posthorn.holds
    WHERE webhook_id IN (SELECT webhook_id FROM wanted)
    ORDER BY webhook_id FOR KEY SHARE
  ), owed AS (
    INSERT INTO posthorn.deliveries
      (id, event_id, webhook_id, account_id, due_at, dispatch_at, created_at)
    SELECT ${DELIVERY_ID}, event_id, webhook_id, account_id, $2::text::timestamptz,
      CASE WHEN hold.idle IS NULL THEN $3::text::timestamptz
        WHEN hold.idle THEN $2::text::timestamptz END,
      $2::text::timestamptz
    FROM wanted LEFT JOIN hold USING (webhook_id), md5(event_id || webhook_id) AS digest
    RETURNING id, event_id, webhook_id
  )
  SELECT resolved."id", resolved.event_id, owed.id AS delivery_id, owed.webhook_id,
    hold.idle IS NULL AS direct,
    CASE WHEN $4::boolean OR hold.idle THEN pg_notify('${DUE_CHANNEL}', '')::text END AS notified
  FROM resolved LEFT JOIN owed ON owed.event_id = resolved."id" LEFT JOIN hold USING (webhook_id)`;

function collect(rows: readonly WrittenRow[]) {
  const written = new Map<string, ReturnType<typeof nothing>>();
  for (const row of rows) {
    const entry = written.get(row.id) ?? nothing(row.event_id);
    if (row.delivery_id !== null && row.webhook_id !== null) {
      const { delivery_id: id, webhook_id: webhookId, event_id: eventId } = row;
      entry.deliveryCount += 1;
      if (row.direct) entry.direct.push({ id, webhookId, eventId });
    }
    written.set(row.id, entry);
  }
  return written;
}

function nothing(eventId: string) {
  return { eventId, deliveryCount: 0, direct: [] as OwedDelivery[] };
}

/** An event as it stands in the ledger, with the number of its deliveries in each state. */
export interface StoredEvent {
  readonly id: string;
  readonly accountId: string;
  readonly type: string;
  readonly payload: unknown;
  readonly idempotencyKey: string | null;
  readonly createdAt: Date;
  readonly deliveries: Readonly<Record<DeliveryStatus, number>>;
}

/** Reads one event of an account; undefined where there is none. */
export async function findEvent(
  ledger: Ledger,
  id: string,
  accountId?: string,
): Promise<StoredEvent | undefined> {
  const event = await ledger.event.findUnique({ where: { id } });
  if (event === null || (accountId !== undefined && event.accountId !== accountId))
    return undefined;
  const counts = await countDeliveries(ledger, id);
  return { ...event, payload: JSON.parse(event.payload), deliveries: counts };
}

/** How many deliveries of an event are in each state. */
export async function countDeliveries(
  ledger: Ledger,
  eventId: string,
): Promise<Record<DeliveryStatus, number>> {
  const groups = await ledger.delivery.groupBy({
    by: ['status'],
    where: { eventId },
    _count: { _all: true },
  });
  const counts = { pending: 0, delivered: 0, exhausted: 0, discarded: 0 };
  for (const group of groups) counts[group.status] = group._count._all;
  return counts;
}
