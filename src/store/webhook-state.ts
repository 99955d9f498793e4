import type { Actor } from '../domain/notice.js';
import { DUE_CHANNEL } from './events.js';
import { Prisma } from './generated/client.js';
import type { DeactivationReason } from './generated/enums.js';
import type { Ledger } from './ledger.js';
import { writeNotices } from './notices.js';
import { findWebhook, scoped, type Webhook } from './webhooks.js';

/** Deletes a webhook and discards what it is still owed; false where there is none. */
export function deleteWebhook(
  ledger: Ledger,
  id: string,
  options: { accountId?: string | undefined; now: Date },
): Promise<boolean> {
  return ledger.$transaction(async (tx) => {
    const { count } = await tx.webhook.deleteMany({ where: scoped(id, options.accountId) });
    if (count > 0) await discardOwed(tx, id, options.now);
    return count > 0;
  });
}

/** Deactivates an active webhook. What it is owed is parked by whoever meets it next. */
export async function deactivateWebhook(
  ledger: Ledger,
  id: string,
  options: {
    accountId?: string | undefined;
    reason: DeactivationReason;
    detail: string | null;
    actor: Actor;
    now: Date;
  },
): Promise<Webhook | undefined> {
  const { accountId, reason, detail, actor, now } = options;
  return ledger.$transaction(async (tx) => {
    const { count } = await tx.webhook.updateMany({
      where: { ...scoped(id, accountId), active: true },
      data: {
        active: false,
        deactivatedAt: now,
        deactivationReason: reason,
        deactivationDetail: detail,
        updatedAt: now,
      },
    });
    const webhook = count === 0 ? undefined : await findWebhook(tx, id);
    if (webhook === undefined) return undefined;
    const data = { ...noticeData(webhook), reason };
    await writeNotices(tx, [
      {
        accountId: webhook.accountId,
        webhookId: id,
        type: 'webhook.deactivated',
        at: now,
        actor,
        detail: detail ?? 'deactivated by its owner',
        data,
      },
    ]);
    return webhook;
  });
}

/** What every notice about a webhook says of it. */
function noticeData(webhook: Webhook) {
  const { url, tier, lastSuccess, failingSince, consecutiveFailures, lastError } = webhook;
  return { url, tier, lastSuccess, failingSince, consecutiveFailures, lastError };
}

/**
 * Reactivates an inactive webhook and settles what it is owed, in one transaction: `replay` makes it due
 * now, at a growing pace, `discard` ends it.
 */
export function reactivateWebhook(
  ledger: Ledger,
  id: string,
  options: {
    accountId?: string | undefined;
    owed: 'replay' | 'discard';
    actor: Actor;
    detail?: string | undefined;
    now: Date;
  },
): Promise<{ webhook: Webhook; deliveries: number } | undefined> {
  const { accountId, owed, actor, detail = 'reactivated by its owner', now } = options;
  return ledger.$transaction(async (tx) => {
    const { count } = await tx.webhook.updateMany({
      where: { ...scoped(id, accountId), active: false },
      data: {
        active: true,
        activeSince: now,
        deactivatedAt: null,
        deactivationReason: null,
        deactivationDetail: null,
        updatedAt: now,
      },
    });
    if (count === 0) return undefined;
    const settle = owed === 'replay' ? replayOwed : discardOwed;
    const deliveries = await settle(tx, id, now);
    const webhook = await findWebhook(tx, id);
    if (webhook === undefined) return undefined;
    await writeNotices(tx, [
      {
        accountId: webhook.accountId,
        webhookId: id,
        type: 'webhook.reactivated',
        at: now,
        actor,
        detail,
        data: { ...noticeData(webhook), owed, deliveries },
      },
    ]);
    return { webhook, deliveries };
  });
}

/** How many deliveries of a reactivated webhook are let through before it has answered. */
const FIRST_ALLOWANCE = 2;

/**
 * Makes all that a webhook is owed due now, each at the beginning of its retry schedule, and lets it
 * through its hold.
 */
async function replayOwed(
  tx: Prisma.TransactionClient,
  webhookId: string,
  now: Date,
): Promise<number> {
  const at = now.toISOString();
  const hold = {
    state: 'pacing',
    since: now,
    releaseAt: now,
    allowance: FIRST_ALLOWANCE,
    openings: 0,
  } as const;
  await tx.hold.upsert({ where: { webhookId }, create: { webhookId, ...hold }, update: hold });
  const count = await eachOwed(
    (which) => tx.$executeRaw`
      UPDATE posthorn.deliveries
      SET due_at = ${at}::timestamptz, dispatch_at = NULL, schedule_from = attempt_count
      WHERE webhook_id = ${webhookId} AND status = 'pending' AND ${which}`,
  );
  await tx.$executeRaw`SELECT pg_notify(${DUE_CHANNEL}, '')`;
  return count;
}

function discardOwed(tx: Prisma.TransactionClient, webhookId: string, now: Date): Promise<number> {
  return eachOwed(
    (which) => tx.$executeRaw`
      UPDATE posthorn.deliveries
      SET status = 'discarded', dispatch_at = NULL, ended_at = ${now.toISOString()}::timestamptz
      WHERE webhook_id = ${webhookId} AND status = 'pending' AND ${which}`,
  );
}

/** Runs a statement on what is owed to a webhook, in the two halves that have an index each. */
async function eachOwed(run: (which: Prisma.Sql) => Promise<number>): Promise<number> {
  // In this order, because a replay parks the others, and they must not be counted twice.
  const parked = await run(Prisma.sql`dispatch_at IS NULL`);
  return parked + (await run(Prisma.sql`dispatch_at IS NOT NULL`));
}
