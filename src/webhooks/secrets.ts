import type { AccountScope } from '../domain/access.js';
import type { Clock } from '../domain/clock.js';
import { isLive, type SignatureScheme } from '../domain/signing-secret.js';
import type { Ledger } from '../store/ledger.js';
import { addresseeOf } from './addressee.js';

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
      const addressee = await addresseeOf(ledger, id, accountId);
      const now = clock();
      return addressee.secrets
        .filter((secret) => isLive(secret, now))
        .map(({ publicKey = null, createdAt, expiresAt }) => ({
          signatureScheme: publicKey === null ? ('v1' as const) : ('v1a' as const),
          publicKey,
          createdAt: new Date(createdAt),
          expiresAt: expiresAt === null ? null : new Date(expiresAt),
        }));
    },
  };
}
