import type { Comparison, Metric, RuleScope } from '../domain/alert-rule.js';
import type { QuietHours } from '../domain/alert-telling.js';
import { formatDuration } from '../domain/duration.js';
import type { AlertRule as AlertRuleRow } from './generated/client.js';
import type { Tier } from './generated/enums.js';
import type { Ledger, SqlRunner } from './ledger.js';
import { type Page, type PageRequest, readPage } from './page.js';
import { scoped } from './webhooks.js';

/** An alert rule as the API and the library show it. Durations read like `15m`. */
export interface AlertRule {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly metric: Metric;
  readonly comparison: Comparison;
  /** In the metric's unit. */
  readonly threshold: number;
  /** What the metric must come back to before an incident resolves; null means the threshold. */
  readonly resolveAt: number | null;
  readonly window: string;
  /** Attempts in the window below which the rule says nothing. */
  readonly minimum: number;
  readonly scope: RuleScope;
  /** Where incidents are told; empty for every channel of the account. */
  readonly channelIds: readonly string[];
  /** How long after an incident was told and resolved the next one of the same subject is not told. */
  readonly cooldown: string;
  readonly quietHours: QuietHours | null;
  readonly enabled: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What can be asked of a list of rules. */
export interface RuleFilter extends PageRequest {
  readonly accountId?: string | undefined;
}

/** What an owner sets of a rule, as columns. */
export type RuleColumns = Omit<AlertRuleRow, 'id' | 'accountId' | 'createdAt' | 'updatedAt'>;

/** Serialises the making of rules of one account, by a hash of its id. */
const RULES_LOCK = 7_465_003;

/**
 * Inserts a rule, unless the account has as many as it may.
 *
 * @returns the rule; undefined where there are `most` already
 */
export function insertRule(
  ledger: Ledger,
  row: RuleColumns & { readonly id: string; readonly accountId: string },
  options: { readonly most: number; readonly now: Date },
): Promise<AlertRule | undefined> {
  const { most, now } = options;
  const { accountId } = row;
  return ledger.$transaction(async (tx) => {
    await tx.$queryRaw`
      SELECT pg_advisory_xact_lock(${RULES_LOCK}::int, hashtext(${accountId}))::text AS locked`;
    if ((await tx.alertRule.count({ where: { accountId } })) >= most) return undefined;
    return toRule(await tx.alertRule.create({ data: { ...row, createdAt: now, updatedAt: now } }));
  });
}

/** Reads one rule of an account; undefined where there is none. */
export async function findRule(
  ledger: Ledger,
  id: string,
  accountId?: string,
): Promise<AlertRule | undefined> {
  const row = await ledger.alertRule.findFirst({ where: scoped(id, accountId) });
  return row === null ? undefined : toRule(row);
}

/** A page of rules, newest first. */
export function listRules(ledger: Ledger, filter: RuleFilter): Promise<Page<AlertRule>> {
  return readPage(
    filter,
    ({ before, take }) =>
      ledger.alertRule.findMany({
        where: {
          ...(filter.accountId === undefined ? {} : { accountId: filter.accountId }),
          ...(before === undefined ? {} : { id: { lt: before } }),
        },
        orderBy: { id: 'desc' },
        take,
      }),
    toRule,
  );
}

/** Changes a rule; undefined where there is none. */
export async function updateRule(
  ledger: Ledger,
  id: string,
  columns: RuleColumns,
  options: { readonly accountId?: string | undefined; readonly now: Date },
): Promise<AlertRule | undefined> {
  const { accountId, now } = options;
  const { count } = await ledger.alertRule.updateMany({
    where: scoped(id, accountId),
    data: { ...columns, updatedAt: now },
  });
  return count === 0 ? undefined : findRule(ledger, id);
}

/** Deletes a rule with its incidents; false where there is none. */
export async function deleteRule(runner: SqlRunner, id: string): Promise<boolean> {
  const rows = await runner.$queryRawUnsafe<unknown[]>(
    'DELETE FROM posthorn.alert_rules WHERE id = $1::text RETURNING id',
    id,
  );
  return rows.length > 0;
}

/** What a rule names that is not there, in its account. */
export async function findUnknown(
  ledger: Ledger,
  accountId: string,
  named: { readonly webhookId: string | null; readonly channelIds: readonly string[] },
): Promise<{ readonly webhook: boolean; readonly channelIds: readonly string[] }> {
  const { webhookId, channelIds } = named;
  const webhooks =
    webhookId === null ? 1 : await ledger.webhook.count({ where: { id: webhookId, accountId } });
  const channels = await ledger.channel.findMany({
    where: { id: { in: [...channelIds] }, accountId },
    select: { id: true },
  });
  const known = new Set(channels.map(({ id }) => id));
  return { webhook: webhooks === 0, channelIds: channelIds.filter((id) => !known.has(id)) };
}

function toRule(row: AlertRuleRow): AlertRule {
  const { windowMs, cooldownMs, quietFrom, quietTo, timeZone, ...rest } = row;
  const { webhookId, tier, eventType, wholeAccount, metric, comparison, ...shown } = rest;
  const quiet = quietFrom !== null && quietTo !== null;
  return {
    ...shown,
    metric: metric as Metric,
    comparison: comparison as Comparison,
    window: formatDuration(Number(windowMs)),
    scope: toScope({ webhookId, tier, eventType, wholeAccount }),
    cooldown: cooldownMs === 0n ? '0s' : formatDuration(Number(cooldownMs)),
    quietHours: quiet ? { from: quietFrom, to: quietTo, timeZone } : null,
  };
}

function toScope(columns: {
  webhookId: string | null;
  tier: Tier | null;
  eventType: string | null;
  wholeAccount: boolean;
}): RuleScope {
  const { webhookId, tier, eventType, wholeAccount } = columns;
  return {
    ...(webhookId === null ? {} : { webhookId }),
    ...(tier === null ? {} : { tier }),
    ...(eventType === null ? {} : { eventType }),
    ...(wholeAccount ? { account: true as const } : {}),
  };
}
