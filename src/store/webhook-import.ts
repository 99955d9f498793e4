import type { Actor } from '../domain/notice.js';
import { holdAccountFormat } from './account-formats.js';
import type { Prisma } from './generated/client.js';
import type { Ledger } from './ledger.js';
import { writeNotices } from './notices.js';
import type { SealedSecret } from './sealed-secret.js';
import { idleHold, toColumns, type WebhookConfiguration } from './webhook-configuration.js';

/** The columns that tell of a webhook's past. */
export type WebhookPast = Pick<
  Prisma.WebhookUncheckedCreateInput,
  | 'active'
  | 'deactivatedAt'
  | 'deactivationReason'
  | 'deactivationDetail'
  | 'lastSuccess'
  | 'lastFailure'
  | 'lastError'
  | 'failingSince'
  | 'consecutiveFailures'
> & { readonly createdAt: Date; readonly activeSince: Date };

/** A webhook that is to be written, with its past. */
export interface WebhookToImport {
  readonly id: string;
  readonly accountId: string;
  readonly externalId: string | null;
  readonly secrets: readonly SealedSecret[];
  readonly configuration: WebhookConfiguration;
  readonly past: WebhookPast;
}

/** Webhooks of one statement. */
const AT_ONCE = 500;

/** How long all of them may take, in milliseconds. */
const LIMIT_MS = 300_000;

/** The ids of those that are not there yet. */
export async function findMissing(
  ledger: Pick<Ledger, 'webhook'>,
  webhooks: readonly { readonly id: string }[],
): Promise<ReadonlySet<string>> {
  const missing = new Set(webhooks.map(({ id }) => id));
  for (const some of chunks([...missing])) {
    const rows = await ledger.webhook.findMany({
      where: { id: { in: some } },
      select: { id: true },
    });
    for (const { id } of rows) missing.delete(id);
  }
  return missing;
}

/**
 * Writes webhooks, all or none; one whose id is there already is left as it is.
 *
 * @returns the ids of those that were written
 */
export function insertImported(
  ledger: Ledger,
  webhooks: readonly WebhookToImport[],
  change: { readonly now: Date; readonly actor: Actor },
): Promise<ReadonlySet<string>> {
  return ledger.$transaction(
    async (tx) => {
      const accounts = new Set(webhooks.map(({ accountId }) => accountId));
      for (const accountId of accounts) await holdAccountFormat(tx, accountId);
      const written = new Set<string>();
      for (const some of chunks(webhooks)) {
        for (const id of await insertSome(tx, some, change)) written.add(id);
      }
      return written;
    },
    { timeout: LIMIT_MS },
  );
}

async function insertSome(
  tx: Prisma.TransactionClient,
  webhooks: readonly WebhookToImport[],
  { now, actor }: { readonly now: Date; readonly actor: Actor },
): Promise<readonly string[]> {
  const rows = await tx.webhook.createManyAndReturn({
    data: webhooks.map(({ id, accountId, secrets, configuration, past }) => ({
      ...toColumns(configuration),
      ...past,
      id,
      accountId,
      secrets: secrets.map((secret) => ({ ...secret })),
      updatedAt: now,
    })),
    skipDuplicates: true,
    select: { id: true, rateLimit: true },
  });
  const written = new Set(rows.map(({ id }) => id));
  const limited = rows.filter(({ rateLimit }) => rateLimit !== null);
  await tx.hold.createMany({
    data: limited.map(({ id: webhookId }) => ({ webhookId, ...idleHold(now) })),
  });
  const notices = webhooks.filter(({ id }) => written.has(id)).map((each) => noticeOf(each, now));
  await writeNotices(
    tx,
    notices.map((notice) => ({ ...notice, actor })),
  );
  return [...written];
}

/** What its history begins with. */
function noticeOf({ id, accountId, externalId, configuration }: WebhookToImport, at: Date) {
  const { url } = configuration;
  const as = externalId === null ? '' : `, known as ${externalId} before`;
  const detail = `imported for ${url}${as}`;
  return {
    accountId,
    webhookId: id,
    type: 'webhook.registered',
    at,
    detail,
    data: { url },
  } as const;
}

function* chunks<Item>(all: readonly Item[]): Generator<Item[]> {
  for (let from = 0; from < all.length; from += AT_ONCE) yield all.slice(from, from + AT_ONCE);
}
