import type { Format } from '../domain/format.js';
import type { HoldState } from '../domain/hold.js';
import { type PolicyOverrides, type StoredOverrides, showOverrides } from '../domain/policy.js';
import type { SignatureScheme } from '../domain/signing-secret.js';
import type { Tier } from '../domain/tier.js';
import type { VerificationMethod } from '../domain/verification.js';
import type { Prisma } from './generated/client.js';
import type { DeactivationReason } from './generated/enums.js';
import type { Ledger } from './ledger.js';
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
