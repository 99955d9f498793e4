import type { Logger } from 'pino';
import type { AddressPolicy } from '../domain/address.js';
import type { Clock } from '../domain/clock.js';
import { InvalidInputError, PosthornError, refuseField } from '../domain/errors.js';
import { checkKey, DEFAULT_ACCOUNT } from '../domain/event.js';
import type { Format } from '../domain/format.js';
import { idOf } from '../domain/id.js';
import type { Actor } from '../domain/notice.js';
import type { SecretBox } from '../domain/secret-box.js';
import type { UrlRules } from '../domain/url-rules.js';
import { formatInForce } from '../store/account-formats.js';
import type { Ledger } from '../store/ledger.js';
import type { WebhookConfiguration } from '../store/webhook-configuration.js';
import { findMissing, insertImported, type WebhookToImport } from '../store/webhook-import.js';
import { checkConfiguration, checkText } from './configuration.js';
import { type ImportedWebhook, readPast, readRow } from './imported-webhook.js';
import { newSecret } from './new-secret.js';

/** What became of one row. */
export interface ImportedRow {
  /** From 1. */
  readonly row: number;
  readonly externalId: string | null;
  readonly id: string;
  /** False where it was imported before; it was left as it is. */
  readonly imported: boolean;
  /** A secret that was made, this once, because the row had none; null otherwise. */
  readonly secret: string | null;
}

/** What is wrong with one row. */
export interface ImportFault {
  readonly row: number;
  readonly message: string;
}

export interface ImportReport {
  /** In the order of the rows; of a dry run, what would become of them. Empty where there are faults. */
  readonly webhooks: readonly ImportedRow[];
  /** With one of them nothing is imported. */
  readonly faults: readonly ImportFault[];
}

export interface ImportOptions {
  /** Writes nothing, and tells what it would do. */
  readonly dryRun?: boolean | undefined;
  /** Who does it, for the webhooks' history. */
  readonly actor?: Actor | undefined;
}

export type ImportWebhooks = (
  rows: readonly ImportedWebhook[],
  options?: ImportOptions,
) => Promise<ImportReport>;

/** Most rows of one call; a longer list is imported in parts. */
export const MOST_IMPORTED = 100_000;

const MAX_EXTERNAL_ID = 200;

interface CheckedRow extends WebhookToImport {
  /** Where it was made. */
  readonly secret: string | null;
}

export function createImport(options: {
  readonly ledger: Ledger;
  readonly secretBox: SecretBox;
  readonly isAllowed: AddressPolicy;
  readonly urlRules: UrlRules;
  readonly clock: Clock;
  readonly log: Logger;
}): ImportWebhooks {
  const { ledger, secretBox, isAllowed, urlRules, clock, log } = options;

  async function check(
    given: unknown,
    now: Date,
    formats: Map<string, Promise<Format>>,
  ): Promise<CheckedRow> {
    const row = readRow(given);
    const { accountId = DEFAULT_ACCOUNT, externalId = null, secret: ownSecret } = row;
    checkKey('accountId', accountId);
    if (externalId !== null) checkExternalId(externalId);
    const past = readPast(row, now);
    const complete = { verification: 'none' as const, ...row, url: row.url ?? '' };
    const configuration = checkConfiguration(complete, isAllowed, urlRules) as WebhookConfiguration;
    const ofAccount = formats.get(accountId) ?? formatInForce(ledger, accountId, undefined);
    formats.set(accountId, ofAccount);
    const format = configuration.format ?? (await ofAccount);
    const made = newSecret({ scheme: 'v1', given: ownSecret, format, secretBox, now });
    const name = `${accountId}\0${externalId ?? configuration.url}`;
    return {
      id: idOf('wh_', past.createdAt, name),
      accountId,
      externalId,
      secrets: [made.sealed],
      configuration,
      past,
      secret: ownSecret === undefined ? made.secret : null,
    };
  }

  /** Checks every row, so that all faults are told at once. */
  async function checkAll(rows: readonly unknown[], now: Date) {
    const formats = new Map<string, Promise<Format>>();
    const rowOf = new Map<string, number>();
    const checked: CheckedRow[] = [];
    const faults: ImportFault[] = [];
    for (const [index, given] of rows.entries()) {
      const row = index + 1;
      try {
        const webhook = await check(given, now, formats);
        const twin = rowOf.get(webhook.id);
        if (twin !== undefined) refuseField('externalId', `the same webhook as row ${twin}`);
        rowOf.set(webhook.id, row);
        checked.push(webhook);
      } catch (error) {
        if (!(error instanceof PosthornError)) throw error;
        faults.push({ row, message: error.message });
      }
    }
    return { checked, faults };
  }

  return async (rows, { dryRun = false, actor = 'owner' } = {}) => {
    if (!Array.isArray(rows)) throw new InvalidInputError('rows: not a list of webhooks');
    if (rows.length > MOST_IMPORTED) {
      throw new InvalidInputError(`${rows.length} webhooks, and at most ${MOST_IMPORTED} fit`, {
        hint: 'import them in parts',
      });
    }
    const now = clock();
    const { checked, faults } = await checkAll(rows, now);
    if (faults.length > 0) return { webhooks: [], faults };
    const fresh = dryRun
      ? await findMissing(ledger, checked)
      : await insertImported(ledger, checked, { now, actor });
    if (!dryRun) log.info({ webhooks: fresh.size }, 'webhooks imported');
    const webhooks = checked.map(({ id, externalId, secret }, index): ImportedRow => {
      const imported = fresh.has(id);
      const row = { row: index + 1, externalId, id, imported };
      return { ...row, secret: imported && !dryRun ? secret : null };
    });
    return { webhooks, faults };
  };
}

function checkExternalId(externalId: string): void {
  const fits = typeof externalId === 'string' && externalId !== '';
  if (!fits || externalId.length > MAX_EXTERNAL_ID) {
    refuseField('externalId', `not a text of 1 to ${MAX_EXTERNAL_ID} characters`);
  }
  checkText('externalId', externalId);
}
