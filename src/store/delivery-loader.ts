import { LRUCache } from 'lru-cache';
import { type Format, STANDARD_FORMAT } from '../domain/format.js';
import type { HoldState } from '../domain/hold.js';
import type { MessageFormat } from '../domain/message.js';
import { compileFormat } from '../domain/message-format.js';
import type { StoredOverrides } from '../domain/policy.js';
import type { Tier } from '../domain/tier.js';
import type { TraceContext } from '../domain/trace-context.js';
import type { DeliveryStatus } from './generated/enums.js';
import type { Ledger } from './ledger.js';
import type { SealedSecret } from './sealed-secret.js';

/** What an attempt needs to know of a webhook that its owner configures. */
export interface LoadedWebhook {
  readonly id: string;
  readonly url: string;
  readonly tier: Tier;
  readonly overrides: StoredOverrides;
  readonly headers: Readonly<Record<string, string>>;
  /** Its own or its account's, ready to write messages. */
  readonly format: MessageFormat;
  readonly secrets: readonly SealedSecret[];
  /** Most deliveries in flight at once; null means the setting. */
  readonly maxInFlight: number | null;
}

/** The event of a delivery. */
export interface LoadedEvent {
  readonly id: string;
  readonly type: string;
  readonly payloadJson: string;
  readonly createdAt: Date;
  readonly accountId: string;
  /** Where in a trace it happened; null where there is none. */
  readonly trace: TraceContext | null;
}

/** All that one attempt needs to know. */
export interface LoadedDelivery {
  readonly id: string;
  readonly status: DeliveryStatus;
  readonly attemptCount: number;
  readonly scheduleFrom: number;
  readonly dueAt: Date;
  readonly event: LoadedEvent;
  /** Null where the webhook was deleted. */
  readonly webhook: LoadedWebhook | null;
  /** False where it was deactivated. */
  readonly active: boolean;
  /** Null where its deliveries need not wait. */
  readonly hold: {
    readonly state: HoldState;
    /** The delivery that tries while half open. */
    readonly probe: string | null;
  } | null;
}

/** The delivery and event of a job. */
export interface DeliveryKey {
  readonly deliveryId: string;
  readonly eventId: string;
}

/** Reads what the worker needs for its jobs. */
export interface DeliveryLoader {
  /** Deliveries, in the order of their keys; undefined for one that the ledger does not hold. */
  load(keys: readonly DeliveryKey[]): Promise<readonly (LoadedDelivery | undefined)[]>;
}

interface DeliveryRow {
  readonly id: string;
  readonly event_id: string;
  readonly status: DeliveryStatus;
  readonly attempt_count: number;
  readonly schedule_from: number;
  readonly due_at: Date;
  readonly webhook_id: string | null;
  readonly active: boolean;
  readonly version: number;
  readonly hold: HoldState | null;
  readonly probe: string | null;
  /** Null where the event was in the cache, or the ledger does not hold it. */
  readonly type: string | null;
  readonly payload: string;
  readonly created_at: Date;
  readonly account_id: string;
  readonly traceparent: string | null;
  readonly tracestate: string | null;
}

interface WebhookRow extends Omit<LoadedWebhook, 'maxInFlight' | 'format'> {
  /** Null where neither the webhook nor its account has one. */
  readonly format: Format | null;
  readonly max_in_flight: number | null;
  readonly version: number;
}

/** Webhooks whose configuration is kept in memory. */
const MOST_WEBHOOKS = 10_000;

/** Events kept in memory for the webhooks that they still go to, in bytes. */
const MOST_EVENT_BYTES = 16 * 2 ** 20;

/** What an event takes besides its payload, in bytes: many small ones would be many times their text. */
const EVENT_OVERHEAD_BYTES = 512;

/**
 * Reads in one statement what changes with each attempt, and keeps what does not: events, which are
 * immutable, and each webhook's configuration, whose version that statement compares. So a changed
 * configuration holds from the next delivery on, and no process needs to be told.
 */
export function createDeliveryLoader(ledger: Ledger): DeliveryLoader {
  const events = new LRUCache<string, LoadedEvent>({
    maxSize: MOST_EVENT_BYTES,
    sizeCalculation: (event) => event.payloadJson.length + EVENT_OVERHEAD_BYTES,
  });
  const webhooks = new LRUCache<string, { version: number; webhook: LoadedWebhook }>({
    max: MOST_WEBHOOKS,
  });

  /** Reads again the webhooks that are not known in this version. */
  async function refresh(rows: readonly DeliveryRow[]): Promise<void> {
    const stale = new Set<string>();
    for (const { webhook_id: id, version } of rows) {
      if (id !== null && webhooks.get(id)?.version !== version) stale.add(id);
    }
    if (stale.size === 0) return;
    for (const { version, ...row } of await readWebhooks(ledger, [...stale])) {
      const { max_in_flight: maxInFlight, format, ...rest } = row;
      const webhook = { ...rest, maxInFlight, format: compileFormat(format ?? STANDARD_FORMAT) };
      webhooks.set(webhook.id, { version, webhook });
    }
  }

  function eventOf(
    row: DeliveryRow,
    known: ReadonlyMap<string, LoadedEvent>,
  ): LoadedEvent | undefined {
    const cached = known.get(row.event_id);
    if (cached !== undefined || row.type === null) return cached;
    const { event_id: id, type, payload: payloadJson, created_at: createdAt } = row;
    const { account_id: accountId, traceparent, tracestate } = row;
    const trace = traceparent === null ? null : { traceparent, tracestate };
    const event = { id, type, payloadJson, createdAt, accountId, trace };
    events.set(id, event);
    return event;
  }

  return {
    async load(keys) {
      const known = new Map<string, LoadedEvent>();
      const missing = new Set<string>();
      for (const { eventId } of keys) {
        const event = events.get(eventId);
        if (event === undefined) missing.add(eventId);
        else known.set(eventId, event);
      }
      const ids = keys.map((key) => key.deliveryId);
      const rows = await readDeliveries(ledger, ids, [...missing]);
      await refresh(rows);
      const deliveries = new Map<string, LoadedDelivery>();
      for (const row of rows) {
        const event = eventOf(row, known);
        if (event === undefined) continue;
        const { webhook_id: webhookId, hold, probe } = row;
        deliveries.set(row.id, {
          id: row.id,
          status: row.status,
          attemptCount: row.attempt_count,
          scheduleFrom: row.schedule_from,
          dueAt: row.due_at,
          event,
          webhook: webhookId === null ? null : (webhooks.get(webhookId)?.webhook ?? null),
          active: row.active,
          hold: hold === null ? null : { state: hold, probe },
        });
      }
      return ids.map((id) => deliveries.get(id));
    },
  };
}

/** The event ids let PostgreSQL leave out the partitions that hold none of them. */
function readDeliveries(
  ledger: Ledger,
  ids: readonly string[],
  eventIds: readonly string[],
): Promise<DeliveryRow[]> {
  return ledger.$queryRaw<DeliveryRow[]>`
    SELECT delivery.id, delivery.event_id, delivery.status::text, delivery.attempt_count,
      delivery.schedule_from, delivery.due_at, webhook.id AS webhook_id, webhook.active,
      webhook.version, hold.state::text AS hold, hold.probe, event.type, event.payload,
      event.created_at, event.account_id, event.traceparent, event.tracestate
    FROM posthorn.deliveries AS delivery
    LEFT JOIN posthorn.events AS event
      ON event.id = delivery.event_id AND event.id = ANY(${eventIds}::text[])
    LEFT JOIN posthorn.webhooks AS webhook ON webhook.id = delivery.webhook_id
    LEFT JOIN posthorn.holds AS hold ON hold.webhook_id = delivery.webhook_id
    WHERE delivery.id = ANY(${ids}::text[])`;
}

function readWebhooks(ledger: Ledger, ids: readonly string[]): Promise<WebhookRow[]> {
  return ledger.$queryRaw<WebhookRow[]>`
    SELECT webhook.id, webhook.url, webhook.tier::text, webhook.overrides, webhook.headers,
      webhook.secrets, webhook.max_in_flight, webhook.version,
      coalesce(webhook.format, account.format) AS format
    FROM posthorn.webhooks AS webhook
    LEFT JOIN posthorn.account_formats AS account ON account.account_id = webhook.account_id
    WHERE webhook.id = ANY(${ids}::text[])`;
}
