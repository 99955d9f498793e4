import type { KeyRole } from '../domain/access.js';
import type { Prisma } from './generated/client.js';
import type { Ledger } from './ledger.js';
import { type Page, type PageRequest, readPage } from './page.js';

/** An API key as it is shown: everything but the key and its hash. */
export interface ApiKey {
  readonly id: string;
  /** For people: whose key it is, or what for. */
  readonly name: string;
  readonly role: KeyRole;
  /** The account that it is limited to; null for every account. */
  readonly accountId: string | null;
  readonly createdAt: Date;
  /** To the minute; null where it was never used. */
  readonly lastUsedAt: Date | null;
  /** Null while it is valid. */
  readonly revokedAt: Date | null;
}

/** What can be asked of a list of keys. */
export interface ApiKeyFilter extends PageRequest {
  /** Keys that are limited to this account; all keys where left out. */
  readonly accountId?: string | undefined;
}

/** Bytes as Prisma takes them. */
export type KeyHash = Uint8Array<ArrayBuffer>;

const SHOWN = {
  id: true,
  name: true,
  role: true,
  accountId: true,
  createdAt: true,
  lastUsedAt: true,
  revokedAt: true,
} as const satisfies Prisma.ApiKeySelect;

export function insertApiKey(
  ledger: Ledger,
  row: Pick<ApiKey, 'id' | 'name' | 'role' | 'accountId' | 'createdAt'> & { hash: KeyHash },
): Promise<ApiKey> {
  return ledger.apiKey.create({ data: row, select: SHOWN });
}

/** Reads the key with that hash, revoked or not; undefined where there is none. */
export async function findApiKeyByHash(ledger: Ledger, hash: KeyHash): Promise<ApiKey | undefined> {
  return (await ledger.apiKey.findUnique({ where: { hash }, select: SHOWN })) ?? undefined;
}

export function listApiKeys(ledger: Ledger, filter: ApiKeyFilter): Promise<Page<ApiKey>> {
  return readPage(
    filter,
    ({ before, take }) =>
      ledger.apiKey.findMany({
        where: {
          ...(filter.accountId === undefined ? {} : { accountId: filter.accountId }),
          ...(before === undefined ? {} : { id: { lt: before } }),
        },
        orderBy: { id: 'desc' },
        take,
        select: SHOWN,
      }),
    (key) => key,
  );
}

/**
 * Revokes a key, of an account where one is named. One that was revoked before keeps its time.
 *
 * @returns the key; undefined where there is none
 */
export async function revokeApiKey(
  ledger: Ledger,
  id: string,
  options: { accountId?: string | undefined; now: Date },
): Promise<ApiKey | undefined> {
  const { accountId, now } = options;
  const where = accountId === undefined ? { id } : { id, accountId };
  await ledger.apiKey.updateMany({
    where: { ...where, revokedAt: null },
    data: { revokedAt: now },
  });
  return (await ledger.apiKey.findFirst({ where, select: SHOWN })) ?? undefined;
}

/** Records that a key is used, unless a use since `before` is recorded already. */
export async function recordApiKeyUse(
  ledger: Ledger,
  id: string,
  options: { now: Date; before: Date },
): Promise<void> {
  const { now, before } = options;
  await ledger.apiKey.updateMany({
    where: { id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lte: before } }] },
    data: { lastUsedAt: now },
  });
}
