import type { Format } from '../domain/format.js';
import { formatInForce } from './account-formats.js';
import type { Ledger } from './ledger.js';
import type { SealedSecret } from './sealed-secret.js';
import { scoped } from './webhooks.js';

/** What a message to a webhook is made of; undefined where there is none. */
export async function readAddressee(
  ledger: Ledger,
  id: string,
  accountId?: string,
): Promise<
  | {
      readonly id: string;
      readonly accountId: string;
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      /** Its own or its account's. */
      readonly format: Format;
      readonly secrets: readonly SealedSecret[];
      readonly createdAt: Date;
      /** When any of this was last changed, or anything else of the webhook. */
      readonly updatedAt: Date;
    }
  | undefined
> {
  const row = await ledger.webhook.findFirst({
    where: scoped(id, accountId),
    select: {
      id: true,
      accountId: true,
      url: true,
      headers: true,
      format: true,
      secrets: true,
      createdAt: true,
      updatedAt: true,
    },
  });
  if (row === null) return undefined;
  return {
    ...row,
    headers: row.headers as Record<string, string>,
    format: await formatInForce(ledger, row.accountId, row.format as Format | null),
    secrets: row.secrets as unknown as SealedSecret[],
  };
}
