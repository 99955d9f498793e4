import type { ChannelKind } from './generated/enums.js';
import type { Ledger } from './ledger.js';

/** A message that is to be sent now, with all that it says. */
export interface DueMessage {
  readonly id: string;
  readonly attemptCount: number;
  readonly channelId: string;
  readonly kind: ChannelKind;
  readonly recipients: readonly string[];
  readonly sealedUrl: string | null;
  readonly noticeId: string;
  readonly accountId: string;
  readonly webhookId: string | null;
  readonly type: string;
  readonly at: Date;
  readonly actor: string;
  readonly detail: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** False for a warning whose webhook has succeeded since, or is active no more. */
  readonly holds: boolean;
}

/** Takes messages that are due: nobody else gets them for `leaseMs`. */
export function claimMessages(
  ledger: Ledger,
  options: { readonly limit: number; readonly now: Date; readonly leaseMs: number },
): Promise<DueMessage[]> {
  const { limit, now, leaseMs } = options;
  const until = new Date(now.getTime() + leaseMs).toISOString();
  return ledger.$queryRaw<DueMessage[]>`
    WITH due AS (
      SELECT id FROM posthorn.messages
      WHERE status = 'pending' AND due_at <= ${now.toISOString()}::timestamptz
      ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ), claimed AS (
      UPDATE posthorn.messages AS message
      SET due_at = ${until}::timestamptz, attempt_count = attempt_count + 1
      FROM due WHERE message.id = due.id
      RETURNING message.id, message.attempt_count, message.channel_id, message.notice_id
    )
    SELECT claimed.id, claimed.attempt_count AS "attemptCount", channel.id AS "channelId",
      channel.kind::text, channel.recipients, channel.sealed_url AS "sealedUrl", notice.id AS "noticeId",
      notice.account_id AS "accountId", notice.webhook_id AS "webhookId", notice.type, notice.at,
      notice.actor, notice.detail, notice.data,
      notice.type <> 'webhook.warned' OR coalesce(webhook.active
        AND webhook.failing_since IS NOT NULL
        AND (webhook.last_success IS NULL OR webhook.last_success < notice.at), false) AS holds
    FROM claimed
    JOIN posthorn.channels AS channel ON channel.id = claimed.channel_id
    JOIN posthorn.notices AS notice ON notice.id = claimed.notice_id
    LEFT JOIN posthorn.webhooks AS webhook ON webhook.id = notice.webhook_id
    ORDER BY claimed.id`;
}

/** Ends a message: sent, given up, or dropped because it holds no more. */
export async function endMessage(
  ledger: Ledger,
  id: string,
  end: {
    readonly status: 'sent' | 'failed' | 'dropped';
    readonly error: string | null;
    readonly now: Date;
  },
): Promise<void> {
  await ledger.message.updateMany({
    where: { id, status: 'pending' },
    data: { status: end.status, lastError: end.error, endedAt: end.now },
  });
}

/** Tries a message again later. */
export async function delayMessage(
  ledger: Ledger,
  id: string,
  delay: { readonly dueAt: Date; readonly error: string },
): Promise<void> {
  await ledger.message.updateMany({
    where: { id, status: 'pending' },
    data: { dueAt: delay.dueAt, lastError: delay.error },
  });
}

/** Forgets messages that ended before a time. */
export function deleteEndedMessages(ledger: Ledger, before: Date): Promise<number> {
  return ledger.$executeRaw`
    DELETE FROM posthorn.messages WHERE ended_at < ${before.toISOString()}::timestamptz`;
}
