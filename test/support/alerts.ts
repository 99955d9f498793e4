import type { RuleInput } from '../../src/alerts/rule-input.js';
import { newId } from '../../src/domain/id.js';
import type { Ledger } from '../../src/store/ledger.js';
import { openTestPosthorn, type PosthornBundle } from './posthorn.js';

/** Posthorn on a clock that the test sets, with what alert tests write into its ledger. */
export interface AlertBundle extends PosthornBundle {
  /** Sets the time. */
  setTime(at: Date | string): void;
  now(): Date;
  /** Inserts an active webhook. @returns its id */
  webhook(columns?: WebhookColumns): Promise<string>;
  /** Inserts what was counted of a webhook in the five minutes before now. */
  count(webhookId: string, counts: PastColumns): Promise<void>;
  /** Makes a rule: of failures in a row over 2, where nothing else is given. @returns its id */
  rule(input?: Partial<RuleInput> & { accountId?: string }): Promise<string>;
  /** The open incidents' webhooks, or accounts, in order. */
  open(ruleId: string): Promise<string[]>;
  /** Types and details of the notices of incidents so far. */
  told(): Promise<string[]>;
}

type WebhookColumns = Partial<Parameters<Ledger['webhook']['create']>[0]['data']>;

interface PastColumns {
  readonly successes?: number;
  readonly failures?: number;
  readonly buckets?: number[];
  readonly bucketCounts?: number[];
  readonly span?: number;
  readonly start?: Date;
}

export async function openAlerts(at: string): Promise<AlertBundle> {
  let now = new Date(at);
  const bundle = await openTestPosthorn({}, { clock: () => now });
  const { ledger, posthorn } = bundle;
  return {
    ...bundle,
    setTime(next) {
      now = new Date(next);
    },
    now: () => now,
    async webhook(columns = {}) {
      const id = newId('wh_', now);
      const times = { activeSince: now, createdAt: now, updatedAt: now };
      const given = { id, accountId: 'a', url: 'https://x.example/hook', secrets: [], ...times };
      await ledger.webhook.create({ data: { ...given, ...columns } as never });
      return id;
    },
    async count(webhookId, counts) {
      const row = { successes: 0, failures: 0, buckets: [], bucketCounts: [], ...counts };
      const { span = 300, start = new Date(now.getTime() - span * 1_000) } = row;
      await ledger.webhookStats.create({
        data: { ...row, webhookId, span, start, durationSum: 0n },
      });
    },
    async rule(input = {}) {
      const usual = { name: 'r', metric: 'consecutiveFailures', comparison: 'above' } as const;
      const rule = await posthorn.alerts.rules.create({
        ...usual,
        threshold: 2,
        accountId: 'a',
        ...input,
      });
      return rule.id;
    },
    async open(ruleId) {
      const where = { ruleId, resolvedAt: null };
      const rows = await ledger.incident.findMany({ where, orderBy: { subject: 'asc' } });
      return rows.map(({ subject }) => subject);
    },
    async told() {
      const rows = await ledger.notice.findMany({
        where: { type: { startsWith: 'incident.' } },
        orderBy: { id: 'asc' },
      });
      return rows.map(({ type, detail }) => `${type}: ${detail}`);
    },
  };
}
