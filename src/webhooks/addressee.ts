import type { Addressee } from '../delivery/own-message.js';
import { missing, refuseField } from '../domain/errors.js';
import { secretFault } from '../domain/format-secrets.js';
import { isId } from '../domain/id.js';
import { isLive } from '../domain/signing-secret.js';
import { formatInForce } from '../store/account-formats.js';
import { readAddressee } from '../store/addressee.js';
import type { Ledger } from '../store/ledger.js';
import type { SealedSecret } from '../store/sealed-secret.js';
import type { WebhookConfiguration } from '../store/webhook-configuration.js';
import type { Webhook } from '../store/webhooks.js';

/** Whom messages of a webhook go to, with its secrets as the ledger keeps them. */
export interface WebhookAddressee extends Addressee {
  readonly secrets: readonly SealedSecret[];
}

/** What is no id of a webhook names none, and PostgreSQL is not asked for it. Throws `NotFoundError`. */
export function knownId(id: string): string {
  return isId('wh_', id) ? id : missing('webhook', id);
}

/** A webhook as messages go to it, of an account where one is named. Throws `NotFoundError`. */
export async function addresseeOf(
  ledger: Ledger,
  id: string,
  accountId?: string,
): Promise<WebhookAddressee> {
  return (await readAddressee(ledger, knownId(id), accountId)) ?? missing('webhook', id);
}

/** A webhook as messages go to it once these changes hold. Throws `NotFoundError`. */
export async function addresseeAfter(
  ledger: Ledger,
  { id, accountId }: Pick<Webhook, 'id' | 'accountId'>,
  { url, headers, format }: Partial<WebhookConfiguration>,
): Promise<WebhookAddressee> {
  return {
    ...(await addresseeOf(ledger, id)),
    ...(url === undefined ? {} : { url }),
    ...(headers === undefined ? {} : { headers: headers as Record<string, string> }),
    ...(format === undefined ? {} : { format: await formatInForce(ledger, accountId, format) }),
  };
}

/** Throws `InvalidInputError` where the live secrets are none that the format signs with. */
export function checkSecrets({ format, secrets }: WebhookAddressee, now: Date): void {
  const live = secrets.filter((secret) => isLive(secret, now));
  const fault = secretFault(format, live);
  if (fault !== undefined) refuseField('format', fault);
}
