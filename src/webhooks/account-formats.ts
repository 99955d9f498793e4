import type { Logger } from 'pino';
import type { AccountScope } from '../domain/access.js';
import type { Clock } from '../domain/clock.js';
import { ConflictError } from '../domain/errors.js';
import { checkKey, DEFAULT_ACCOUNT } from '../domain/event.js';
import { type Format, STANDARD_FORMAT } from '../domain/format.js';
import { checkFormat, type FormatInput } from '../domain/format-input.js';
import { secretNeeds } from '../domain/format-secrets.js';
import {
  type AccountFormat,
  changeAccountFormat,
  readAccountFormat,
} from '../store/account-formats.js';
import type { Ledger } from '../store/ledger.js';

/** The formats of accounts: how requests look of webhooks that have none of their own. */
export interface AccountFormats {
  /** Of the account `default` where none is named. */
  get(scope?: AccountScope): Promise<AccountFormat>;
  /**
   * Sets it, for webhooks that are there and those to come. Throws `ConflictError` where webhooks have secrets
   * that it can't sign with.
   */
  set(format: FormatInput, scope?: AccountScope): Promise<AccountFormat>;
  /** Removes it, so that `standard` holds; throws what `set` throws. */
  remove(scope?: AccountScope): Promise<void>;
}

export function createAccountFormats(options: {
  ledger: Ledger;
  clock: Clock;
  log: Logger;
}): AccountFormats {
  const { ledger, clock, log } = options;

  async function change(accountId: string, format: Format | null): Promise<AccountFormat> {
    const inForce = format ?? STANDARD_FORMAT;
    const now = clock();
    const needs = secretNeeds(inForce);
    const misfits = await changeAccountFormat(ledger, accountId, { format, needs, now });
    if (misfits > 0) {
      throw new ConflictError(
        `${misfits} of the webhooks that follow the account's format have a secret that ${inForce.kind} can't sign with`,
        {
          hint: 'rotate their secrets, or give them a format of their own',
          details: { accountId },
        },
      );
    }
    log.info({ accountId, format: format?.kind ?? null }, 'default format of an account changed');
    return readAccountFormat(ledger, accountId);
  }

  return {
    get: async (scope) => readAccountFormat(ledger, accountOf(scope)),
    set: async (format, scope) => change(accountOf(scope), checkFormat(format)),
    async remove(scope) {
      await change(accountOf(scope), null);
    },
  };
}

function accountOf({ accountId = DEFAULT_ACCOUNT }: AccountScope = {}): string {
  return checkKey('accountId', accountId);
}
