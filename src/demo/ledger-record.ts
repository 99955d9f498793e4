import type { Posthorn } from '../posthorn.js';
import type { Delivery } from '../store/deliveries.js';
import { LARGEST_PAGE, type Page } from '../store/page.js';
import type { Webhook } from '../store/webhooks.js';

/** What the ledger holds of one webhook. */
export interface LedgerRecord {
  readonly webhook: Webhook;
  /** Deliveries in each state. */
  readonly deliveries: Readonly<Record<Delivery['status'], number>>;
  /** The ids of the events that are `delivered`. */
  readonly deliveredEvents: ReadonlySet<string>;
  /** Attempts that were answered 2xx, and all others. */
  readonly attempts: { readonly ok: number; readonly failed: number };
  /** How long each attempt took, in milliseconds. */
  readonly attemptMs: readonly number[];
  /** From enqueueing to delivered, for each delivered delivery, in milliseconds. */
  readonly deliveredMs: readonly number[];
}

/** Reads all that the ledger holds of a webhook, page by page as any reader of it would. */
export async function readLedgerRecord(
  posthorn: Pick<Posthorn, 'webhooks' | 'deliveries'>,
  webhookId: string,
): Promise<LedgerRecord> {
  const limit = LARGEST_PAGE;
  const deliveries = { pending: 0, delivered: 0, exhausted: 0, discarded: 0 };
  const deliveredEvents = new Set<string>();
  const deliveredMs: number[] = [];
  const list = (cursor?: string) => posthorn.deliveries.list({ webhookId, cursor, limit });
  for await (const { status, eventId, createdAt, endedAt } of items(list)) {
    deliveries[status] += 1;
    if (status !== 'delivered' || endedAt === null) continue;
    deliveredEvents.add(eventId);
    deliveredMs.push(endedAt.getTime() - createdAt.getTime());
  }
  const attempts = { ok: 0, failed: 0 };
  const attemptMs: number[] = [];
  const listAttempts = (cursor?: string) =>
    posthorn.webhooks.attempts(webhookId, { cursor, limit });
  for await (const { outcome, durationMs } of items(listAttempts)) {
    attempts[outcome === 'ok' ? 'ok' : 'failed'] += 1;
    attemptMs.push(durationMs);
  }
  const webhook = await posthorn.webhooks.get(webhookId);
  return { webhook, deliveries, deliveredEvents, attempts, attemptMs, deliveredMs };
}

async function* items<Item>(
  read: (cursor: string | undefined) => Promise<Page<Item>>,
): AsyncGenerator<Item> {
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    yield* page.data;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}
