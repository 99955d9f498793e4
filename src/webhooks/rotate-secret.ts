import type { Logger } from 'pino';
import type { AccountScope } from '../domain/access.js';
import type { Clock } from '../domain/clock.js';
import { ConflictError, InvalidInputError, missing } from '../domain/errors.js';
import type { SecretBox } from '../domain/secret-box.js';
import { isLive, MOST_LIVE_SECRETS, type SignatureScheme } from '../domain/signing-secret.js';
import type { Ledger } from '../store/ledger.js';
import { changeSecrets } from '../store/secrets.js';
import type { Webhook } from '../store/webhooks.js';
import { addresseeOf } from './addressee.js';
import { newSecret } from './new-secret.js';

export interface RotationOptions extends AccountScope {
  /** How long the secrets before sign beside the new one, in milliseconds; 24 h where left out. */
  readonly overlapMs?: number | undefined;
  /** The one that it has where left out. */
  readonly signatureScheme?: SignatureScheme | undefined;
  /** In place of a new one, as at registration. */
  readonly secret?: string | undefined;
}

/** Makes a webhook's new secret, of the same scheme where none is named. */
export type RotateSecret = (
  id: string,
  options?: RotationOptions,
) => Promise<{ webhook: Webhook; secret: string }>;

const DEFAULT_OVERLAP_MS = 24 * 3_600_000;
const LONGEST_OVERLAP_MS = 7 * 24 * 3_600_000;

export function createRotation(options: {
  ledger: Ledger;
  secretBox: SecretBox;
  get: (id: string, scope: AccountScope) => Promise<Webhook>;
  clock: Clock;
  log: Logger;
}): RotateSecret {
  const { ledger, secretBox, get, clock, log } = options;

  return async (id, { accountId, overlapMs = DEFAULT_OVERLAP_MS, ...wanted } = {}) => {
    if (!(overlapMs >= 0 && overlapMs <= LONGEST_OVERLAP_MS)) {
      throw new InvalidInputError('the overlap does not fit: use 0 to 7 days');
    }
    const before = await get(id, { accountId });
    const { signatureScheme: scheme = before.signatureScheme, secret: given } = wanted;
    const { format } = await addresseeOf(ledger, id);
    const now = clock();
    const { secret, sealed } = newSecret({ scheme, given, format, secretBox, now });
    const until = new Date(now.getTime() + overlapMs).toISOString();
    const webhook = await changeSecrets(ledger, id, { accountId, now }, (secrets) => {
      const older = secrets
        .map((entry) => ({ ...entry, expiresAt: earlier(entry.expiresAt, until) }))
        .filter((entry) => isLive(entry, now));
      if (older.length >= MOST_LIVE_SECRETS) tooManySecrets(id);
      return [sealed, ...older];
    });
    if (webhook === undefined) missing('webhook', id);
    const line = { webhookId: id, accountId: webhook.accountId, overlapMs };
    log.info(line, 'webhook secret rotated');
    return { webhook, secret };
  };
}

function tooManySecrets(id: string): never {
  throw new ConflictError(`webhook ${id} has ${MOST_LIVE_SECRETS} live secrets, and no more fit`, {
    hint: 'wait until one expires, or rotate with the overlap 0s, which ends them all',
  });
}

function earlier(time: string | null, other: string): string {
  return time !== null && time < other ? time : other;
}
