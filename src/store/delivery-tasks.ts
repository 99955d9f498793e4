import type { Tier } from '../domain/tier.js';
import type { DeliveryStatus } from './generated/enums.js';
import type { Ledger } from './ledger.js';

/** A signing secret as the ledger keeps it. Times are ISO 8601. */
export interface SealedSecret {
  readonly sealed: string;
  readonly createdAt: string;
  /** When it stops signing; null for the newest. */
  readonly expiresAt: string | null;
}

/** All that one attempt needs to know. */
export interface DeliveryTask {
  readonly deliveryId: string;
  readonly status: DeliveryStatus;
  readonly attemptCount: number;
  readonly scheduleFrom: number;
  readonly dueAt: Date;
  readonly event: {
    readonly id: string;
    readonly type: string;
    readonly payloadJson: string;
    readonly createdAt: Date;
  };
  /** Null where the webhook was deleted. */
  readonly webhook: {
    readonly id: string;
    readonly active: boolean;
    readonly url: string;
    readonly tier: Tier;
    readonly headers: Readonly<Record<string, string>>;
    readonly secrets: readonly SealedSecret[];
  } | null;
}

interface TaskRow {
  readonly id: string;
  readonly status: DeliveryStatus;
  readonly attempt_count: number;
  readonly schedule_from: number;
  readonly due_at: Date;
  readonly event_id: string;
  readonly type: string;
  readonly payload: string;
  readonly created_at: Date;
  readonly webhook_id: string | null;
  readonly active: boolean;
  readonly url: string;
  readonly tier: Tier;
  readonly headers: Record<string, string>;
  readonly secrets: SealedSecret[];
}

/**
 * Reads what the worker needs for these deliveries, in their order; undefined for one that the ledger
 * does not hold. The event ids let PostgreSQL leave out the partitions that hold none of them.
 */
export async function loadTasks(
  ledger: Ledger,
  keys: readonly { readonly deliveryId: string; readonly eventId: string }[],
): Promise<readonly (DeliveryTask | undefined)[]> {
  const deliveryIds = keys.map((key) => key.deliveryId);
  const eventIds = [...new Set(keys.map((key) => key.eventId))];
  const rows = await ledger.$queryRaw<TaskRow[]>`
    SELECT delivery.id, delivery.status::text, delivery.attempt_count, delivery.schedule_from,
      delivery.due_at, event.id AS event_id, event.type, event.payload, event.created_at,
      webhook.id AS webhook_id, webhook.active, webhook.url, webhook.tier::text, webhook.headers,
      webhook.secrets
    FROM posthorn.deliveries AS delivery
    JOIN posthorn.events AS event ON event.id = delivery.event_id AND event.id = ANY(${eventIds}::text[])
    LEFT JOIN posthorn.webhooks AS webhook ON webhook.id = delivery.webhook_id
    WHERE delivery.id = ANY(${deliveryIds}::text[])`;
  const tasks = new Map(rows.map((row) => [row.id, toTask(row)]));
  return deliveryIds.map((id) => tasks.get(id));
}

function toTask(row: TaskRow): DeliveryTask {
  return {
    deliveryId: row.id,
    status: row.status,
    attemptCount: row.attempt_count,
    scheduleFrom: row.schedule_from,
    dueAt: row.due_at,
    event: {
      id: row.event_id,
      type: row.type,
      payloadJson: row.payload,
      createdAt: row.created_at,
    },
    webhook:
      row.webhook_id === null
        ? null
        : {
            id: row.webhook_id,
            active: row.active,
            url: row.url,
            tier: row.tier,
            headers: row.headers,
            secrets: row.secrets,
          },
  };
}
