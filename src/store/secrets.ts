import type { Ledger } from './ledger.js';
import type { SealedSecret } from './sealed-secret.js';
import { scoped, toWebhook, type Webhook, WITH_HOLD } from './webhooks.js';

/** A webhook's sealed secrets, newest first. */
export interface WebhookSecrets {
  readonly webhookId: string;
  readonly secrets: readonly SealedSecret[];
}

/** Reads the secrets of webhooks in the order of their ids, those after `after`. */
export async function readSecrets(
  ledger: Ledger,
  after: string,
  limit: number,
): Promise<WebhookSecrets[]> {
  const rows = await ledger.webhook.findMany({
    where: { id: { gt: after } },
    orderBy: { id: 'asc' },
    take: limit,
    select: { id: true, secrets: true },
  });
  return rows.map(({ id, secrets }) => ({
    webhookId: id,
    secrets: secrets as unknown as SealedSecret[],
  }));
}

/**
 * Replaces sealed secrets by what `change` makes of them, while changes at the same time wait. The owner
 * changed nothing, so `updatedAt` stays; workers read the new ones with the next delivery.
 *
 * @returns false where the webhook is gone
 */
export function resealSecrets(
  ledger: Ledger,
  webhookId: string,
  change: (secrets: readonly SealedSecret[]) => readonly SealedSecret[],
): Promise<boolean> {
  return ledger.$transaction(async (tx) => {
    const [row] = await tx.$queryRaw<{ secrets: SealedSecret[] }[]>`
      SELECT secrets FROM posthorn.webhooks WHERE id = ${webhookId} FOR NO KEY UPDATE`;
    if (row === undefined) return false;
    const secrets = JSON.stringify(change(row.secrets));
    await tx.$executeRaw`
      UPDATE posthorn.webhooks SET secrets = ${secrets}::jsonb, version = version + 1
      WHERE id = ${webhookId}`;
    return true;
  });
}

/**
 * Replaces a webhook's sealed secrets, newest first, by what `change` makes of them. Changes at the same
 * time wait for each other, so that none is lost.
 */
export function changeSecrets(
  ledger: Ledger,
  id: string,
  options: { accountId?: string | undefined; now: Date },
  change: (secrets: readonly SealedSecret[]) => readonly SealedSecret[],
): Promise<Webhook | undefined> {
  const { accountId, now } = options;
  return ledger.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM posthorn.webhooks WHERE id = ${id} FOR NO KEY UPDATE`;
    const before = await tx.webhook.findFirst({ where: scoped(id, accountId) });
    if (before === null) return undefined;
    const secrets = change(before.secrets as unknown as SealedSecret[]);
    const row = await tx.webhook.update({
      where: { id },
      data: {
        secrets: secrets.map((secret) => ({ ...secret })),
        version: { increment: 1 },
        updatedAt: now,
      },
      include: WITH_HOLD,
    });
    return toWebhook(row);
  });
}

/** How many webhooks there are. */
export function countWebhooks(ledger: Ledger): Promise<number> {
  return ledger.webhook.count();
}
