import { newId } from '../domain/id.js';
import { writeEvents } from './events.js';
import type { Ledger } from './ledger.js';

/** A notice that is to be handed on. */
interface UnroutedNotice {
  readonly id: string;
  readonly accountId: string;
  readonly webhookId: string | null;
  readonly type: string;
  readonly at: Date;
  readonly actor: string;
  readonly detail: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** True where it is about a webhook that gets notices itself. */
  readonly aboutOperational: boolean;
  /** Of the notice's account and the operator's, those that have an operational webhook. */
  readonly listeners: readonly string[];
}

/** A notice that was handed on, and to how many. */
export interface RoutedNotice
  extends Pick<UnroutedNotice, 'id' | 'accountId' | 'webhookId' | 'type'> {
  readonly messages: number;
  readonly deliveries: number;
}

/**
 * Hands notices on, in one transaction: a message for each channel that takes it, and an event for the
 * operational webhooks of its account and of the operator's. Others who do so at the same time take other
 * notices, and a process that dies in between has handed on nothing.
 *
 * A notice about an operational webhook goes to channels alone: two such webhooks that fail would tell each
 * other of it for ever.
 */
export function routeNotices(
  ledger: Ledger,
  options: {
    readonly limit: number;
    readonly now: Date;
    readonly operatorAccount: string | undefined;
  },
): Promise<RoutedNotice[]> {
  const { limit, now, operatorAccount = null } = options;
  const at = now.toISOString();
  return ledger.$transaction(
    async (tx) => {
      const notices = await tx.$queryRaw<UnroutedNotice[]>`
        WITH next AS (
          SELECT * FROM posthorn.notices WHERE routed_at IS NULL
          ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED
        )
        SELECT next.id, next.account_id AS "accountId", next.webhook_id AS "webhookId", next.type, next.at,
          next.actor, next.detail, next.data,
          coalesce(webhook.operational, false) AS "aboutOperational",
          ARRAY(
            SELECT DISTINCT listener.account_id FROM posthorn.webhooks AS listener
            WHERE listener.operational AND listener.active
              AND listener.account_id IN (next.account_id, ${operatorAccount}::text)
          ) AS listeners
        FROM next LEFT JOIN posthorn.webhooks AS webhook ON webhook.id = next.webhook_id
        ORDER BY next.id`;
      if (notices.length === 0) return [];
      const ids = notices.map(({ id }) => id);
      const messages = await tx.$queryRaw<{ noticeId: string }[]>`
        INSERT INTO posthorn.messages (id, channel_id, notice_id, due_at, created_at)
        SELECT posthorn.sortable_id('msg_', ${at}::timestamptz), channel.id, notice.id,
          ${at}::timestamptz, ${at}::timestamptz
        FROM posthorn.notices AS notice JOIN posthorn.channels AS channel
          ON channel.account_id IN (notice.account_id, ${operatorAccount}::text)
          AND (cardinality(channel.notice_types) = 0 OR notice.type = ANY(channel.notice_types))
          AND (coalesce(jsonb_array_length(notice.data->'channelIds'), 0) = 0
            OR channel.account_id <> notice.account_id
            OR notice.data->'channelIds' ? channel.id)
        WHERE notice.id = ANY(${ids}::text[]) AND notice.type <> 'delivery.exhausted'
        ON CONFLICT (channel_id, notice_id) DO NOTHING
        RETURNING notice_id AS "noticeId"`;
      const events = notices
        .filter(({ aboutOperational }) => !aboutOperational)
        .flatMap((notice) => notice.listeners.map((accountId) => ({ notice, accountId })));
      const written = await writeEvents(
        tx,
        events.map(({ notice, accountId }) => toEvent(notice, accountId, now)),
        { now, dispatchAt: now, notify: true },
      );
      await tx.$executeRaw`
        UPDATE posthorn.notices SET routed_at = ${at}::timestamptz WHERE id = ANY(${ids}::text[])`;
      return notices.map(({ id, accountId, webhookId, type }) => ({
        id,
        accountId,
        webhookId,
        type,
        messages: messages.filter(({ noticeId }) => noticeId === id).length,
        deliveries: written.reduce(
          (total, { deliveryCount }, index) =>
            events[index]?.notice.id === id ? total + deliveryCount : total,
          0,
        ),
      }));
    },
    { timeout: 60_000, maxWait: 10_000 },
  );
}

function toEvent(notice: UnroutedNotice, accountId: string, now: Date) {
  const { channelIds: _channelIds, ...data } = notice.data;
  const { id: noticeId, webhookId, at, actor, detail } = notice;
  const payload = { noticeId, accountId: notice.accountId, webhookId, at, actor, detail, ...data };
  return {
    id: newId('evt_', now),
    accountId,
    type: notice.type,
    payloadJson: JSON.stringify(payload),
    idempotencyKey: null,
    operational: true,
  };
}
