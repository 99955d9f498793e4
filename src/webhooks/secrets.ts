import type { AccountScope } from '../domain/access.js';
import type { Clock } from '../domain/clock.js';
import { missing } from '../domain/errors.js';
import { isId } from '../domain/id.js';
import type { SignatureScheme } from '../domain/signing-secret.js';
import { readAddressee } from '../store/addressee.js';
import type { Ledger } from '../store/ledger.js';

/** A signing secret of a webhook, without its text. */
export interface LiveSecret {
  readonly signatureScheme: SignatureScheme;
  /** What receivers verify `v1a` with, `whpk_…`; null for `v1`. */
  readonly publicKey: string | null;
  readonly createdAt: Date;
  /** When it stops signing; null for the newest. */
  readonly expiresAt: Date | null;
}

/** Tells which secrets sign. Unknown ids throw `NotFoundError`. */
export interface SecretReader {
  /** The secrets that sign a webhook's requests now, newest first. */
  of(webhookId: string, scope?: AccountScope): Promise<readonly LiveSecret[]>;
}

export function createSecretReader(options: { ledger: Ledger; clock: Clock }): SecretReader {
  const { ledger, clock } = options;
  return {
    async of(id, { accountId } = {}) {
      const addressee = isId('wh_', id) ? await readAddressee(ledger, id, accountId) : undefined;
      if (addressee === undefined) missing('webhook', id);
      const now = clock();
      return addressee.secrets
        .map(({ publicKey = null, createdAt, expiresAt }) => ({
          signatureScheme: publicKey === null ? ('v1' as const) : ('v1a' as const),
          publicKey,
          createdAt: new Date(createdAt),
          expiresAt: expiresAt === null ? null : new Date(expiresAt),
        }))
        .filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
    },
  };
}
