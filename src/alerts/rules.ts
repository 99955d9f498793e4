import type { Logger } from 'pino';
import type { AccountScope } from '../domain/access.js';
import type { Clock } from '../domain/clock.js';
import { ConflictError, missing, refuseField } from '../domain/errors.js';
import { checkKey, DEFAULT_ACCOUNT } from '../domain/event.js';
import { isId, newId } from '../domain/id.js';
import { aloneInAlerts } from '../store/alert-evaluation.js';
import {
  type AlertRule,
  deleteRule,
  findRule,
  findUnknown,
  insertRule,
  listRules,
  type RuleColumns,
  type RuleFilter,
  updateRule,
} from '../store/alert-rules.js';
import { lockTold } from '../store/incident-telling.js';
import type { Ledger, SqlRunner } from '../store/ledger.js';
import { writeNotices } from '../store/notices.js';
import type { Page } from '../store/page.js';
import { type DryRun, type DryRunOptions, dryRun } from './dry-run.js';
import { incidentNotice } from './incident-notice.js';
import { checkRule, type RuleInput } from './rule-input.js';

/** Makes and changes alert rules. Unknown ids throw `NotFoundError`, what does not fit `InvalidInputError`. */
export interface Rules {
  /** Makes a rule. Throws `ConflictError` where the account has 1,000 already. */
  create(input: RuleInput & AccountScope): Promise<AlertRule>;
  get(id: string, scope?: AccountScope): Promise<AlertRule>;
  /** A page of rules, newest first. */
  list(filter?: RuleFilter): Promise<Page<AlertRule>>;
  /** Changes what is given; a rule keeps its metric. Its open incidents are judged anew. */
  update(
    id: string,
    changes: Partial<Omit<RuleInput, 'metric'>>,
    scope?: AccountScope,
  ): Promise<AlertRule>;
  /** Removes it with its incidents; of those that were told the end is told, too. */
  remove(id: string, scope?: AccountScope): Promise<void>;
  /** Which webhooks a rule would have fired for, and when. Writes nothing. */
  dryRun(input: RuleInput & AccountScope, options?: DryRunOptions): Promise<DryRun>;
}

const MOST_RULES = 1_000;

/** Incidents whose end is told in one statement. */
const TOLD_AT_ONCE = 500;

export function createRules(options: { ledger: Ledger; clock: Clock; log: Logger }): Rules {
  const { ledger, clock, log } = options;

  async function get(id: string, { accountId }: AccountScope = {}): Promise<AlertRule> {
    return (
      (isId('rul_', id) ? await findRule(ledger, id, accountId) : undefined) ?? missing('rule', id)
    );
  }

  /** Checks a rule and that what it names is there. */
  async function check(input: RuleInput, accountId: string): Promise<RuleColumns> {
    const columns = checkRule(input);
    const unknown = await findUnknown(ledger, accountId, columns);
    if (unknown.webhook) refuseField('scope.webhookId', 'no webhook of the account has this id');
    const [channelId] = unknown.channelIds;
    if (channelId !== undefined)
      refuseField('channelIds', `no channel of the account is ${channelId}`);
    return columns;
  }

  async function tellRemoved(tx: SqlRunner, ruleId: string): Promise<void> {
    for (let after: string | undefined = ''; after !== undefined; ) {
      const told = await lockTold(tx, { ruleId, after, limit: TOLD_AT_ONCE });
      const notices = told.map(({ resolution, ...incident }) =>
        incidentNotice({ ...incident, resolution: resolution ?? 'removed' }, clock()),
      );
      await writeNotices(tx, notices);
      after = told.length < TOLD_AT_ONCE ? undefined : told.at(-1)?.id;
    }
  }

  return {
    async create({ accountId: given = DEFAULT_ACCOUNT, ...input }) {
      const accountId = checkKey('accountId', given);
      const columns = await check(input, accountId);
      const now = clock();
      const row = { ...columns, id: newId('rul_', now), accountId };
      const rule = await insertRule(ledger, row, { most: MOST_RULES, now });
      if (rule === undefined) {
        throw new ConflictError(`the account has ${MOST_RULES} alert rules already`, {
          hint: 'remove one, or let one rule look at a tier or at all webhooks',
        });
      }
      log.info({ ruleId: rule.id, accountId, metric: rule.metric }, 'alert rule made');
      return rule;
    },

    get,

    list: (filter = {}) => listRules(ledger, filter),

    async update(id, changes, scope = {}) {
      const { accountId, ...before } = await get(id, scope);
      const given = Object.entries(changes).filter(([, value]) => value !== undefined);
      const columns = await check(
        { ...before, ...Object.fromEntries(given), metric: before.metric },
        accountId,
      );
      const change = { accountId: scope.accountId, now: clock() };
      const rule = (await updateRule(ledger, id, columns, change)) ?? missing('rule', id);
      log.info({ ruleId: id, accountId, enabled: rule.enabled }, 'alert rule changed');
      return rule;
    },

    async remove(id, scope = {}) {
      const { accountId } = await get(id, scope);
      const removed = await aloneInAlerts(ledger, async (tx) => {
        await tellRemoved(tx, id);
        return deleteRule(tx, id);
      });
      if (!removed) missing('rule', id);
      log.info({ ruleId: id, accountId }, 'alert rule removed');
    },

    async dryRun({ accountId: given = DEFAULT_ACCOUNT, ...input }, request) {
      const accountId = checkKey('accountId', given);
      const columns = await check(input, accountId);
      return dryRun({ ledger, now: clock(), accountId, rule: columns }, request);
    },
  };
}
