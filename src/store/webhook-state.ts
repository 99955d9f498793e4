import { DUE_CHANNEL } from './events.js';
import type { Prisma } from './generated/client.js';
import type { DeactivationReason } from './generated/enums.js';
import type { Ledger } from './ledger.js';
import { scoped, toWebhook, type Webhook } from './webhooks.js';

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
    now: Date;
  },
): Promise<Webhook | undefined> {
  const { accountId, reason, detail, now } = options;
  const [row] = await ledger.webhook.updateManyAndReturn({
    where: { ...scoped(id, accountId), active: true },
    data: {
      active: false,
      deactivatedAt: now,
      deactivationReason: reason,
      deactivationDetail: detail,
      updatedAt: now,
    },
  });
  return row === undefined ? undefined : toWebhook(row);
}

/**
 * Reactivates an inactive webhook and settles what it is owed, in one transaction: `replay` makes it due
 * now, `discard` ends it.
 */
export function reactivateWebhook(
  ledger: Ledger,
  id: string,
  options: { accountId?: string | undefined; owed: 'replay' | 'discard'; now: Date },
): Promise<{ webhook: Webhook; deliveries: number } | undefined> {
  const { accountId, owed, now } = options;
  return ledger.$transaction(async (tx) => {
    const [row] = await tx.webhook.updateManyAndReturn({
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
    if (row === undefined) return undefined;
    const settle = owed === 'replay' ? replayOwed : discardOwed;
    return { webhook: toWebhook(row), deliveries: await settle(tx, id, now) };
  });
}

/** Makes all that a webhook is owed due now, each at the beginning of its retry schedule. */
async function replayOwed(
  tx: Prisma.TransactionClient,
  webhookId: string,
  now: Date,
): Promise<number> {
  const at = now.toISOString();
  const count = await tx.$executeRaw`
    UPDATE posthorn.deliveries
    SET due_at = ${at}::timestamptz, dispatch_at = ${at}::timestamptz, schedule_from = attempt_count
    WHERE webhook_id = ${webhookId} AND status = 'pending'`;
  await tx.$executeRaw`SELECT pg_notify(${DUE_CHANNEL}, '')`;
  return count;
}

function discardOwed(tx: Prisma.TransactionClient, webhookId: string, now: Date): Promise<number> {
  return tx.$executeRaw`
    UPDATE posthorn.deliveries
    SET status = 'discarded', dispatch_at = NULL, ended_at = ${now.toISOString()}::timestamptz
    WHERE webhook_id = ${webhookId} AND status = 'pending'`;
}
