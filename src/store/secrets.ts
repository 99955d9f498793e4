import type { Format } from '../domain/format.js';
import { formatInForce } from './account-formats.js';
import type { Ledger } from './ledger.js';
import type { SealedSecret } from './sealed-secret.js';
import { scoped } from './webhooks.js';

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

/** What a message to a webhook is made of; undefined where there is none. */
export async function readAddressee(
  ledger: Ledger,
  id: string,
  accountId?: string,
): Promise<
  | {
      readonly id: string;
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      /** Its own or its account's. */
      readonly format: Format;
      readonly secrets: readonly SealedSecret[];
    }
  | undefined
> {
  const row = await ledger.webhook.findFirst({
    where: scoped(id, accountId),
    select: { id: true, accountId: true, url: true, headers: true, format: true, secrets: true },
  });
  if (row === null) return undefined;
  return {
    id: row.id,
    url: row.url,
    headers: row.headers as Record<string, string>,
    format: await formatInForce(ledger, row.accountId, row.format as Format | null),
    secrets: row.secrets as unknown as SealedSecret[],
  };
}

/** How many webhooks there are. */
export function countWebhooks(ledger: Ledger): Promise<number> {
  return ledger.webhook.count();
}
