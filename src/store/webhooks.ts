import type { Tier } from '../domain/tier.js';
import type { SealedSecret } from './delivery-tasks.js';
import type { Prisma, Webhook as WebhookRow } from './generated/client.js';
import type { DeactivationReason } from './generated/enums.js';
import type { Ledger } from './ledger.js';
import { type Page, type PageRequest, readPage } from './page.js';

/** A webhook as the API and the library show it: everything but its secrets. */
export interface Webhook {
  readonly id: string;
  readonly accountId: string;
  readonly url: string;
  readonly description: string;
  /** What it wants, exact or with `*` segments; empty for every type. */
  readonly eventTypes: readonly string[];
  readonly tier: Tier;
  readonly headers: Readonly<Record<string, string>>;
  readonly active: boolean;
  /** The latest of creation, reactivation and change of URL. */
  readonly activeSince: Date;
  readonly deactivatedAt: Date | null;
  readonly deactivationReason: DeactivationReason | null;
  readonly deactivationDetail: string | null;
  readonly lastSuccess: Date | null;
  readonly lastFailure: Date | null;
  readonly lastError: string | null;
  /** The first failed attempt since the last success; null while it is well. */
  readonly failingSince: Date | null;
  /** Successful attempts. */
  readonly successCount: number;
  /** Failed attempts. */
  readonly failureCount: number;
  readonly consecutiveFailures: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What can be asked of a list of webhooks. */
export interface WebhookFilter extends PageRequest {
  readonly accountId?: string | undefined;
  readonly active?: boolean | undefined;
}

/** The columns that hold what an owner configures. */
export type WebhookConfiguration = Pick<
  Prisma.WebhookUncheckedCreateInput,
  'url' | 'description' | 'eventTypes' | 'eventTypePattern' | 'tier' | 'headers'
>;

export async function insertWebhook(
  ledger: Ledger,
  webhook: WebhookConfiguration & {
    id: string;
    accountId: string;
    secrets: readonly SealedSecret[];
  },
  now: Date,
): Promise<Webhook> {
  const row = await ledger.webhook.create({
    data: {
      ...webhook,
      secrets: webhook.secrets.map((secret) => ({ ...secret })),
      activeSince: now,
      createdAt: now,
      updatedAt: now,
    },
  });
  return toWebhook(row);
}

/** Reads one webhook, of an account where one is named; undefined where there is none. */
export async function findWebhook(
  ledger: Ledger,
  id: string,
  accountId?: string,
): Promise<Webhook | undefined> {
  const row = await ledger.webhook.findFirst({ where: scoped(id, accountId) });
  return row === null ? undefined : toWebhook(row);
}

export function listWebhooks(ledger: Ledger, filter: WebhookFilter): Promise<Page<Webhook>> {
  return readPage(
    filter,
    ({ before, take }) =>
      ledger.webhook.findMany({
        where: {
          ...(filter.accountId === undefined ? {} : { accountId: filter.accountId }),
          ...(filter.active === undefined ? {} : { active: filter.active }),
          ...(before === undefined ? {} : { id: { lt: before } }),
        },
        orderBy: { id: 'desc' },
        take,
      }),
    toWebhook,
  );
}

/** Changes what an owner configures. A new URL is a fresh start for the zombie rule. */
export async function updateWebhook(
  ledger: Ledger,
  id: string,
  changes: Partial<WebhookConfiguration>,
  options: { accountId?: string | undefined; urlChanged: boolean; now: Date },
): Promise<Webhook | undefined> {
  const { accountId, urlChanged, now } = options;
  const [row] = await ledger.webhook.updateManyAndReturn({
    where: scoped(id, accountId),
    data: { ...changes, updatedAt: now, ...(urlChanged ? { activeSince: now } : {}) },
  });
  return row === undefined ? undefined : toWebhook(row);
}

/**
 * Replaces a webhook's sealed secrets, newest first, by what `change` makes of them. Changes at the same
 * time wait for each other, so that none is lost.
 */
export function changeSecrets(
  ledger: Ledger,
  id: string,
  options: { accountId?: string | undefined; now: Date },
  change: (secrets: readonly SealedSecret[]) => readonly SealedSecret[],
): Promise<Webhook | undefined> {
  const { accountId, now } = options;
  return ledger.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM posthorn.webhooks WHERE id = ${id} FOR NO KEY UPDATE`;
    const before = await tx.webhook.findFirst({ where: scoped(id, accountId) });
    if (before === null) return undefined;
    const secrets = change(before.secrets as unknown as SealedSecret[]);
    const row = await tx.webhook.update({
      where: { id },
      data: { secrets: secrets.map((secret) => ({ ...secret })), updatedAt: now },
    });
    return toWebhook(row);
  });
}

/** One webhook by its id, of an account where one is named. */
export function scoped(id: string, accountId: string | undefined) {
  return accountId === undefined ? { id } : { id, accountId };
}

/** A row as it is shown: without its secrets. */
export function toWebhook(row: WebhookRow): Webhook {
  const { secrets: _secrets, eventTypePattern: _pattern, ...shown } = row;
  return {
    ...shown,
    headers: row.headers as Record<string, string>,
    successCount: Number(row.successCount),
    failureCount: Number(row.failureCount),
  };
}
