import {
  COMPARISONS,
  type Comparison,
  isGoodSide,
  METRIC_UNIT_MS,
  METRICS,
  type Metric,
  type RuleScope,
} from '../domain/alert-rule.js';
import { isTimeOfDay, isTimeZone, type QuietHours } from '../domain/alert-telling.js';
import { parseDuration } from '../domain/duration.js';
import { InvalidInputError, refuseField } from '../domain/errors.js';
import { assertEventType } from '../domain/event-type.js';
import { nameOf, oneOf } from '../domain/field-checks.js';
import { isId } from '../domain/id.js';
import { TIERS } from '../domain/tier.js';
import type { RuleColumns } from '../store/alert-rules.js';

/** What an owner sets of an alert rule. Durations read like `15m`. */
export interface RuleInput {
  /** For people, 1 to 100 characters. */
  readonly name: string;
  readonly metric: Metric;
  readonly comparison: Comparison;
  /** In the metric's unit, 0 or more; of metrics that are times also a duration. */
  readonly threshold: number | string;
  /**
   * What the metric must come back to before an incident resolves, on the good side of the threshold; the
   * threshold itself where null or left out.
   */
  readonly resolveAt?: number | string | null | undefined;
  /** `5m` to `30d`; `1h` where left out. Metrics of the present state mind it for the minimum alone. */
  readonly window?: string | undefined;
  /** Attempts in the window below which the rule says nothing; 0 where left out. */
  readonly minimum?: number | undefined;
  /** At most one of its fields; every webhook of the account, each for itself, where left out or empty. */
  readonly scope?: RuleScope | undefined;
  /** Where incidents are told, at most 20; every channel of the account where left out or empty. */
  readonly channelIds?: readonly string[] | undefined;
  /** `0s`, where left out, to `30d`. */
  readonly cooldown?: string | undefined;
  readonly quietHours?:
    | (Omit<QuietHours, 'timeZone'> & { readonly timeZone?: string | undefined })
    | null
    | undefined;
  /** True where left out. */
  readonly enabled?: boolean | undefined;
}

const MOST_CHANNELS = 20;
const MOST_MINIMUM = 1_000_000_000;
const MOST_THRESHOLD = 1_000_000_000_000;
const LEAST_WINDOW_MS = 5 * 60_000;
const DAY_MS = 86_400_000;
const LONGEST_MS = 30 * DAY_MS;

/** Checks what an owner gives and turns it into columns. Throws `InvalidInputError` that names the field. */
export function checkRule(input: RuleInput): RuleColumns {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new InvalidInputError('a rule must be given as an object, like { name, metric, … }');
  }
  const { minimum = 0, enabled = true } = input;
  const metric = oneOf('metric', input.metric, METRICS);
  const comparison = oneOf('comparison', input.comparison, COMPARISONS);
  if (!Number.isInteger(minimum) || minimum < 0 || minimum > MOST_MINIMUM) {
    refuseField('minimum', `not a whole number from 0 to ${MOST_MINIMUM}`);
  }
  if (typeof enabled !== 'boolean') refuseField('enabled', 'not true or false');
  const threshold = checkValue('threshold', metric, input.threshold);
  return {
    name: nameOf('name', input.name),
    metric,
    comparison,
    threshold,
    resolveAt: checkResolveAt(input, threshold),
    windowMs: BigInt(checkDuration('window', input.window ?? '1h', LEAST_WINDOW_MS, '5m')),
    minimum,
    ...checkScope(input.scope ?? {}),
    channelIds: checkChannels(input.channelIds ?? []),
    cooldownMs: BigInt(checkDuration('cooldown', input.cooldown ?? '0s', 0, '0s')),
    ...checkQuietHours(input.quietHours ?? null),
    enabled,
  };
}

function checkValue(
  field: 'threshold' | 'resolveAt',
  metric: Metric,
  given: number | string,
): number {
  const most = metric === 'successRate' ? 1 : MOST_THRESHOLD;
  const unitMs = METRIC_UNIT_MS[metric];
  const durationMs = typeof given === 'string' ? parseDuration(given) : undefined;
  const value =
    unitMs !== undefined && durationMs !== undefined ? durationMs / unitMs : (given as number);
  if (typeof value === 'number' && value >= 0 && value <= most) return value;
  const duration = unitMs === undefined ? '' : ', or a duration like 15m';
  refuseField(field, `of ${metric}: not a number from 0 to ${most}${duration}`);
}

function checkResolveAt(input: RuleInput, threshold: number): number | null {
  const { metric, comparison, resolveAt = null } = input;
  if (resolveAt === null) return null;
  const value = checkValue('resolveAt', metric, resolveAt);
  if (isGoodSide(comparison, value, threshold)) return value;
  const side = comparison === 'above' ? 'at most' : 'at least';
  refuseField(
    'resolveAt',
    `${value} is not back from ${comparison} ${threshold}: use ${side} that`,
  );
}

function checkDuration(
  field: 'window' | 'cooldown',
  given: string,
  leastMs: number,
  least: string,
): number {
  const ms = typeof given === 'string' ? parseDuration(given) : undefined;
  if (ms !== undefined && ms >= leastMs && ms <= LONGEST_MS) return ms;
  refuseField(field, `not a duration from ${least} to 30d, like 1h`);
}

const SCOPES = ['webhookId', 'tier', 'eventType', 'account'] as const;

function checkScope(scope: RuleScope) {
  if (typeof scope !== 'object' || scope === null || Array.isArray(scope)) {
    refuseField('scope', `not an object of one of ${SCOPES.join(', ')}`);
  }
  const named = Object.entries(scope).filter(([, value]) => value !== undefined);
  const unknown = named.find(([name]) => !(SCOPES as readonly string[]).includes(name));
  if (unknown !== undefined || named.length > 1) {
    refuseField('scope', `at most one of ${SCOPES.join(', ')} fits`);
  }
  const { webhookId = null, tier = null, eventType = null, account } = scope;
  if (webhookId !== null && !isId('wh_', webhookId)) {
    refuseField('scope.webhookId', 'not the id of a webhook');
  }
  if (tier !== null) oneOf('scope.tier', tier, TIERS);
  if (eventType !== null) assertEventType(eventType);
  if (account !== undefined && account !== true) refuseField('scope.account', 'only true fits');
  return { webhookId, tier, eventType, wholeAccount: account === true };
}

function checkChannels(ids: readonly string[]): string[] {
  const fits = Array.isArray(ids) && ids.length <= MOST_CHANNELS;
  if (!fits) refuseField('channelIds', `not a list of at most ${MOST_CHANNELS} ids of channels`);
  const wrong = ids.find((id) => !isId('chn_', id));
  if (wrong !== undefined)
    refuseField('channelIds', `${JSON.stringify(wrong)} is no id of a channel`);
  return [...new Set(ids)];
}

function checkQuietHours(quiet: NonNullable<RuleInput['quietHours']> | null) {
  if (quiet === null) return { quietFrom: null, quietTo: null, timeZone: 'UTC' };
  if (typeof quiet !== 'object' || Array.isArray(quiet)) {
    refuseField('quietHours', 'not an object of from, to and timeZone');
  }
  const { from, to, timeZone = 'UTC' } = quiet;
  if (!isTimeOfDay(from)) refuseField('quietHours.from', 'not a time of day like 22:00');
  if (!isTimeOfDay(to)) refuseField('quietHours.to', 'not a time of day like 07:00');
  if (from === to)
    refuseField('quietHours.to', 'the same as from: to tell nothing, disable the rule');
  if (!isTimeZone(timeZone)) {
    refuseField('quietHours.timeZone', 'not the name of a time zone, like Europe/Berlin');
  }
  return { quietFrom: from, quietTo: to, timeZone };
}
