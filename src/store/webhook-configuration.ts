import type { Format } from '../domain/format.js';
import type { Actor } from '../domain/notice.js';
import { holdAccountFormat } from './account-formats.js';
import { Prisma } from './generated/client.js';
import type { Ledger } from './ledger.js';
import { writeNotices } from './notices.js';
import type { SealedSecret } from './sealed-secret.js';
import { findWebhook, scoped, toWebhook, type Webhook, WITH_HOLD } from './webhooks.js';

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
