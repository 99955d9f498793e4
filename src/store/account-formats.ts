import { type Format, STANDARD_FORMAT } from '../domain/format.js';
import type { SecretNeeds } from '../domain/format-secrets.js';
import type { Prisma } from './generated/client.js';
import type { Ledger } from './ledger.js';

/** How requests look of an account's webhooks that have no format of their own. */
export interface AccountFormat {
  readonly accountId: string;
  /** Null where the account has no default; then it is `standard`. */
  readonly format: Format | null;
  readonly updatedAt: Date | null;
}

const FORMAT_LOCK = 7_465_015;

/**
 * Keeps an account's default as it is until the transaction ends. Whoever makes a webhook follow the default
 * takes it, so that a default that changes meanwhile finds the webhook, and workers read it anew.
 */
export async function holdAccountFormat(
  tx: Prisma.TransactionClient,
  accountId: string,
): Promise<void> {
  await tx.$queryRaw`
    SELECT pg_advisory_xact_lock_shared(${FORMAT_LOCK}::int, hashtext(${accountId}))::text AS locked`;
}

export async function readAccountFormat(ledger: Ledger, accountId: string): Promise<AccountFormat> {
  const row = await ledger.accountFormat.findUnique({ where: { accountId } });
  return {
    accountId,
    format: (row?.format ?? null) as Format | null,
    updatedAt: row?.updatedAt ?? null,
  };
}

/** The format of a webhook of an account: its own, or else the account's default. */
export async function formatInForce(
  ledger: Ledger,
  accountId: string,
  own: Format | null | undefined,
): Promise<Format> {
  return own ?? (await readAccountFormat(ledger, accountId)).format ?? STANDARD_FORMAT;
}

/**
 * Changes an account's default; null removes it. Workers read the webhooks that follow it anew, because their
 * versions go up with it, and they count as changed then.
 *
 * @param needs what the new default asks of secrets
 * @returns how many webhooks have secrets that it does not fit: where there are any, nothing changed
 */
export function changeAccountFormat(
  ledger: Ledger,
  accountId: string,
  change: { readonly format: Format | null; readonly needs: SecretNeeds; readonly now: Date },
): Promise<number> {
  const { format, needs, now } = change;
  return ledger.$transaction(async (tx) => {
    await lockAccountFormat(tx, accountId);
    const misfits = await countMisfits(tx, accountId, needs, now);
    if (misfits === 0) await writeAccountFormat(tx, accountId, format, now);
    return misfits;
  });
}

async function countMisfits(
  tx: Prisma.TransactionClient,
  accountId: string,
  { shared, standard }: SecretNeeds,
  now: Date,
): Promise<number> {
  const [row] = await tx.$queryRaw<{ count: bigint }[]>`
    SELECT count(*) FROM posthorn.webhooks AS webhook
    WHERE account_id = ${accountId} AND format IS NULL AND (
      (${shared}::boolean AND secrets->0 ? 'publicKey')
      OR (${standard}::boolean AND EXISTS (
        SELECT 1 FROM jsonb_array_elements(secrets) AS secret
        WHERE secret ? 'ownText' AND (secret->>'expiresAt' IS NULL
          OR (secret->>'expiresAt')::timestamptz > ${now.toISOString()}::timestamptz))))`;
  return Number(row?.count ?? 0);
}

/** Removes an account's default with what else is erased of it, whatever the secrets of its webhooks. */
export async function eraseAccountFormat(
  tx: Prisma.TransactionClient,
  accountId: string,
  now: Date,
): Promise<void> {
  await lockAccountFormat(tx, accountId);
  await writeAccountFormat(tx, accountId, null, now);
}

function lockAccountFormat(tx: Prisma.TransactionClient, accountId: string): Promise<unknown> {
  return tx.$queryRaw`
    SELECT pg_advisory_xact_lock(${FORMAT_LOCK}::int, hashtext(${accountId}))::text AS locked`;
}

async function writeAccountFormat(
  tx: Prisma.TransactionClient,
  accountId: string,
  format: Format | null,
  now: Date,
): Promise<void> {
  if (format === null) {
    await tx.accountFormat.deleteMany({ where: { accountId } });
  } else {
    const columns = { format: { ...format } as Prisma.InputJsonObject, updatedAt: now };
    const create = { accountId, ...columns };
    await tx.accountFormat.upsert({ where: { accountId }, create, update: columns });
  }
  await tx.$executeRaw`
    UPDATE posthorn.webhooks SET version = version + 1, updated_at = ${now.toISOString()}::timestamptz
    WHERE account_id = ${accountId} AND format IS NULL`;
}
