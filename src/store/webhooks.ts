import type { Format } from '../domain/format.js';
import type { HoldState } from '../domain/hold.js';
import type { Actor } from '../domain/notice.js';
import { type PolicyOverrides, type StoredOverrides, showOverrides } from '../domain/policy.js';
import type { SignatureScheme } from '../domain/signing-secret.js';
import type { Tier } from '../domain/tier.js';
import type { VerificationMethod } from '../domain/verification.js';
import { holdAccountFormat } from './account-formats.js';
import { Prisma } from './generated/client.js';
import type { DeactivationReason } from './generated/enums.js';
import type { Ledger } from './ledger.js';
import { writeNotices } from './notices.js';
import { type Page, type PageRequest, readPage } from './page.js';
import type { SealedSecret } from './sealed-secret.js';

export const BREAKERS = ['closed', 'open', 'half-open'] as const;

export type Breaker = (typeof BREAKERS)[number];

/** A webhook as the API and the library show it: everything but its secrets. */
export interface Webhook {
  readonly id: string;
  readonly accountId: string;
  readonly url: string;
  readonly description: string;
  /** What it wants, exact or with `*` segments; empty for every type. */
  readonly eventTypes: readonly string[];
  readonly tier: Tier;
  /** How it showed that it wants what it gets, and when; null where it did not. */
  readonly verification: VerificationMethod;
  readonly verifiedAt: Date | null;
  /** True where it gets Posthorn's own notices in place of events. */
  readonly operational: boolean;
  readonly headers: Readonly<Record<string, string>>;
  /** How its requests look; null means the default of its account. */
  readonly format: Format | null;
  /** Most deliveries in flight at once; null means the setting. */
  readonly maxInFlight: number | null;
  /** Most deliveries per second; null means no limit. */
  readonly rateLimit: number | null;
  /** What it has of its own in place of its tier's policy. */
  readonly overrides: PolicyOverrides;
  /** How its requests are signed: `v1` by HMAC-SHA256, `v1a` by Ed25519. */
  readonly signatureScheme: SignatureScheme;
  /** What receivers verify `v1a` with, `whpk_…`; null for `v1`. */
  readonly publicKey: string | null;
  readonly active: boolean;
  /** The latest of creation, reactivation and change of URL. */
  readonly activeSince: Date;
  readonly deactivatedAt: Date | null;
  readonly deactivationReason: DeactivationReason | null;
  readonly deactivationDetail: string | null;
  /** `open`: deliveries wait, because the endpoint fails; `half-open`: one of them tries. */
  readonly breaker: Breaker;
  /** Its automatic tests while it is in need of them; null while it is well. */
  readonly test: {
    readonly lastAt: Date | null;
    readonly lastOutcome: string | null;
    readonly nextAt: Date | null;
    /** Since a delivery succeeded. */
    readonly count: number;
  } | null;
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

export const WEBHOOK_STATES = ['well', 'failing', 'inactive'] as const;

export type WebhookState = (typeof WEBHOOK_STATES)[number];

/** What can be asked of a list of webhooks. */
export interface WebhookFilter extends PageRequest {
  readonly accountId?: string | undefined;
  readonly active?: boolean | undefined;
  /** `well` and `failing` are active, `inactive` is not. */
  readonly state?: WebhookState | undefined;
  readonly tier?: Tier | undefined;
  /** A part of the URL, whatever its case. */
  readonly search?: string | undefined;
}

/** The columns that hold what an owner configures. */
export type WebhookConfiguration = Pick<
  Prisma.WebhookUncheckedCreateInput,
  | 'url'
  | 'description'
  | 'eventTypes'
  | 'eventTypePattern'
  | 'tier'
  | 'headers'
  | 'maxInFlight'
  | 'rateLimit'
  | 'overrides'
  | 'verification'
> & { readonly format?: Format | null };

/** The columns as Prisma takes them. */
export function toColumns<Given extends { readonly format?: Format | null }>({
  format,
  ...rest
}: Given) {
  if (format === undefined) return rest;
  const json = format === null ? Prisma.DbNull : ({ ...format } as Prisma.InputJsonObject);
  return { ...rest, format: json };
}

/**
 * Writes a new webhook, and that it was registered into its history.
 *
 * @param change.atMost most webhooks that its account may have with it; any number where left out
 * @returns undefined where it has as many already
 */
export async function insertWebhook(
  ledger: Ledger,
  webhook: WebhookConfiguration & {
    id: string;
    accountId: string;
    secrets: readonly SealedSecret[];
    operational?: boolean;
    verifiedAt?: Date | null;
  },
  change: { readonly now: Date; readonly actor: Actor; readonly atMost?: number | undefined },
): Promise<Webhook | undefined> {
  const { now, actor, atMost } = change;
  const row = await ledger.$transaction(async (tx) => {
    if (atMost !== undefined && (await countAlone(tx, webhook.accountId)) >= atMost) return null;
    await holdAccountFormat(tx, webhook.accountId);
    await writeNotices(tx, [
      {
        accountId: webhook.accountId,
        webhookId: webhook.id,
        type: 'webhook.registered',
        at: now,
        actor,
        detail: `registered for ${webhook.url}`,
        data: { url: webhook.url },
      },
      ...(webhook.verifiedAt == null ? [] : [verifiedNotice(webhook, now, actor)]),
    ]);
    return tx.webhook.create({
      data: {
        ...toColumns(webhook),
        secrets: webhook.secrets.map((secret) => ({ ...secret })),
        activeSince: now,
        createdAt: now,
        updatedAt: now,
        ...(webhook.rateLimit == null ? {} : { hold: { create: idleHold(now) } }),
      },
      include: WITH_HOLD,
    });
  });
  return row === null ? undefined : toWebhook(row);
}

/** Counts an account's webhooks. Until the transaction ends no other one counts them, so that none is missed. */
async function countAlone(tx: Prisma.TransactionClient, accountId: string): Promise<number> {
  await tx.$executeRaw`
    SELECT pg_advisory_xact_lock(hashtextextended(${`posthorn webhooks of ${accountId}`}, 0))`;
  return tx.webhook.count({ where: { accountId } });
}

/** What a verification leaves in a webhook's history. */
function verifiedNotice(
  webhook: Pick<WebhookConfiguration, 'url' | 'verification'> & { id: string; accountId: string },
  at: Date,
  actor: Actor,
) {
  const { id: webhookId, accountId, url, verification } = webhook;
  const type = 'webhook.verified' as const;
  const detail = `verified by ${verification}`;
  return { accountId, webhookId, type, at, actor, detail, data: { url, verification } };
}

/** The hold of a webhook whose rate is limited, while nothing waits. */
export function idleHold(now: Date) {
  return { state: 'pacing', since: now, releaseAt: null, allowance: RATE_ALLOWANCE } as const;
}

/** The allowance of a hold that nothing but a rate limit calls for. */
const RATE_ALLOWANCE = 100;

/** Reads one webhook, of an account where one is named; undefined where there is none. */
export async function findWebhook(
  ledger: Pick<Ledger, 'webhook'>,
  id: string,
  accountId?: string,
): Promise<Webhook | undefined> {
  const row = await ledger.webhook.findFirst({
    where: scoped(id, accountId),
    include: WITH_HOLD,
  });
  return row === null ? undefined : toWebhook(row);
}

/** Webhooks by their ids, those of an account where one is named. */
export async function findWebhooks(
  ledger: Ledger,
  ids: readonly string[],
  accountId?: string,
): Promise<ReadonlyMap<string, Webhook>> {
  const rows = await ledger.webhook.findMany({
    where: { id: { in: [...ids] }, ...(accountId === undefined ? {} : { accountId }) },
    include: WITH_HOLD,
  });
  return new Map(rows.map((row) => [row.id, toWebhook(row)]));
}

/** A page of webhooks, newest first. `search` is for `searchWebhooks`. */
export function listWebhooks(ledger: Ledger, filter: WebhookFilter): Promise<Page<Webhook>> {
  return readPage(
    filter,
    ({ before, take }) =>
      ledger.webhook.findMany({
        where: {
          ...(filter.accountId === undefined ? {} : { accountId: filter.accountId }),
          ...(filter.active === undefined ? {} : { active: filter.active }),
          ...(filter.state === undefined ? {} : inState(filter.state)),
          ...(filter.tier === undefined ? {} : { tier: filter.tier }),
          ...(before === undefined ? {} : { id: { lt: before } }),
        },
        orderBy: { id: 'desc' },
        take,
        include: WITH_HOLD,
      }),
    toWebhook,
  );
}

/** Beside `active`, where that is asked for, too. */
function inState(state: WebhookState): Prisma.WebhookWhereInput {
  if (state === 'inactive') return { AND: { active: false } };
  return { AND: { active: true, failingSince: state === 'well' ? null : { not: null } } };
}

/** Changes what an owner configures. A new URL is a fresh start for the zombie rule. */
export function updateWebhook(
  ledger: Ledger,
  id: string,
  changes: Partial<WebhookConfiguration> & { readonly verifiedAt?: Date | null },
  options: { accountId?: string | undefined; urlChanged: boolean; actor: Actor; now: Date },
): Promise<Webhook | undefined> {
  const { accountId, urlChanged, actor, now } = options;
  return ledger.$transaction(async (tx) => {
    if (changes.format !== undefined) {
      const known = await tx.webhook.findFirst({ where: scoped(id, accountId) });
      if (known !== null) await holdAccountFormat(tx, known.accountId);
    }
    const { count } = await tx.webhook.updateMany({
      where: scoped(id, accountId),
      data: {
        ...toColumns(changes),
        version: { increment: 1 },
        updatedAt: now,
        ...(urlChanged ? { activeSince: now } : {}),
      },
    });
    if (count === 0) return undefined;
    if (changes.rateLimit != null) {
      // Also where it is held already: the dispatcher then looks at the new rate at once.
      await tx.hold.upsert({
        where: { webhookId: id },
        create: { webhookId: id, ...idleHold(now) },
        update: {},
      });
    }
    if (changes.rateLimit !== undefined) {
      await tx.hold.updateMany({
        where: { webhookId: id, state: 'pacing' },
        data: { releaseAt: now },
      });
    }
    const webhook = await findWebhook(tx, id);
    if (urlChanged && webhook !== undefined) {
      await writeNotices(tx, [
        {
          accountId: webhook.accountId,
          webhookId: id,
          type: 'webhook.url_changed',
          at: now,
          actor,
          detail: `its URL is now ${webhook.url}`,
          data: { url: webhook.url },
        },
      ]);
    }
    if (changes.verifiedAt != null && webhook !== undefined) {
      await writeNotices(tx, [verifiedNotice(webhook, now, actor)]);
    }
    return webhook;
  });
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
      data: {
        secrets: secrets.map((secret) => ({ ...secret })),
        version: { increment: 1 },
        updatedAt: now,
      },
      include: WITH_HOLD,
    });
    return toWebhook(row);
  });
}

/** One webhook by its id, of an account where one is named. */
export function scoped(id: string, accountId: string | undefined) {
  return accountId === undefined ? { id } : { id, accountId };
}

/** What is read of a webhook besides its row. */
export const WITH_HOLD = { hold: true, probe: true } as const;

/** A row as it is shown: without its secrets. */
export function toWebhook(row: Prisma.WebhookGetPayload<{ include: typeof WITH_HOLD }>): Webhook {
  const { secrets, eventTypePattern: _pattern, version: _version, ...rest } = row;
  const { recentSuccesses: _successes, recentFailures: _failures, recentAt: _at, ...shown } = rest;
  const { hold, probe, ...columns } = shown;
  const publicKey = (secrets as unknown as SealedSecret[])[0]?.publicKey ?? null;
  return {
    ...columns,
    signatureScheme: publicKey === null ? 'v1' : 'v1a',
    publicKey,
    headers: row.headers as Record<string, string>,
    format: row.format as Format | null,
    overrides: showOverrides(row.overrides as StoredOverrides),
    breaker: breakerOf(hold?.state),
    test: probe && {
      lastAt: probe.lastAt,
      lastOutcome: probe.lastOutcome,
      nextAt: probe.dueAt,
      count: probe.count,
    },
    successCount: Number(row.successCount),
    failureCount: Number(row.failureCount),
  };
}

/** The breaker of a webhook whose hold is in that state; closed without one. */
export function breakerOf(state: HoldState | undefined): Breaker {
  if (state === 'open') return 'open';
  return state === 'half_open' ? 'half-open' : 'closed';
}
