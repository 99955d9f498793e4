import type { Comparison, Metric } from '../../../src/domain/alert-rule.js';
import type { RuleJson } from '../api.js';

/** What a rule looks at, as a form has it. */
export const SCOPES = [
  ['', 'each webhook'],
  ['tier', 'each webhook of a tier'],
  ['eventType', 'each webhook that wants an event type'],
  ['webhookId', 'one webhook'],
  ['account', 'the whole account as one'],
] as const;

/** A rule as text, as a form has it. */
export interface RuleValues {
  readonly name: string;
  readonly accountId: string;
  readonly metric: Metric;
  readonly comparison: Comparison;
  readonly threshold: string;
  readonly resolveAt: string;
  readonly window: string;
  readonly minimum: string;
  readonly scope: (typeof SCOPES)[number][0];
  readonly scopeValue: string;
  readonly channelIds: readonly string[];
  readonly cooldown: string;
  readonly quietFrom: string;
  readonly quietTo: string;
  readonly timeZone: string;
}

/** What a new rule begins with. */
const NEW_RULE: RuleValues = {
  name: '',
  accountId: '',
  metric: 'successRate',
  comparison: 'below',
  threshold: '0.9',
  resolveAt: '',
  window: '1h',
  minimum: '20',
  scope: '',
  scopeValue: '',
  channelIds: [],
  cooldown: '0s',
  quietFrom: '',
  quietTo: '',
  timeZone: 'UTC',
};

/** Reads a rule into a form; a new one where there is none. */
export function toValues(rule: RuleJson | undefined): RuleValues {
  if (rule === undefined) return NEW_RULE;
  const [scope = '', value = ''] = Object.entries(rule.scope)[0] ?? [];
  return {
    name: rule.name,
    accountId: rule.accountId,
    metric: rule.metric,
    comparison: rule.comparison,
    threshold: String(rule.threshold),
    resolveAt: rule.resolveAt === null ? '' : String(rule.resolveAt),
    window: rule.window,
    minimum: String(rule.minimum),
    scope: scope as RuleValues['scope'],
    scopeValue: scope === 'account' ? '' : String(value),
    channelIds: rule.channelIds,
    cooldown: rule.cooldown,
    quietFrom: rule.quietHours?.from ?? '',
    quietTo: rule.quietHours?.to ?? '',
    timeZone: rule.quietHours?.timeZone ?? 'UTC',
  };
}

/** Writes a form as the API takes a rule. What does not fit is left for the API to say. */
export function toBody(values: RuleValues) {
  const { scope, scopeValue, quietFrom, quietTo, timeZone, accountId } = values;
  const quiet = quietFrom !== '' || quietTo !== '';
  return {
    name: values.name,
    ...(accountId === '' ? {} : { accountId }),
    metric: values.metric,
    comparison: values.comparison,
    threshold: toValue(values.threshold),
    resolveAt: values.resolveAt.trim() === '' ? null : toValue(values.resolveAt),
    window: values.window.trim(),
    minimum: Number(values.minimum),
    scope: scope === '' ? {} : { [scope]: scope === 'account' ? true : scopeValue.trim() },
    channelIds: values.channelIds,
    cooldown: values.cooldown.trim(),
    quietHours: quiet ? { from: quietFrom, to: quietTo, timeZone: timeZone.trim() } : null,
  };
}

/** The same as a change: a rule keeps its account and its metric. */
export function toChanges(values: RuleValues) {
  const { accountId: _accountId, metric: _metric, ...changes } = toBody(values);
  return changes;
}

/** A number, or else a duration, as it is given. */
function toValue(text: string): number | string {
  const given = text.trim();
  return given !== '' && Number.isFinite(Number(given)) ? Number(given) : given;
}
