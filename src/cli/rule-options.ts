import { type Command, Option } from 'commander';
import type { RuleInput } from '../alerts/rule-input.js';
import { METRICS, type Metric } from '../domain/alert-rule.js';
import { InvalidInputError } from '../domain/errors.js';
import { TIERS, type Tier } from '../domain/tier.js';
import type { AccountFlags } from './list-options.js';
import { wholeNumber } from './option-values.js';

/** What describes an alert rule besides its metric, on the command line. */
export interface RuleFlags extends AccountFlags {
  readonly above?: string;
  readonly below?: string;
  readonly resolveAt?: string;
  readonly window?: string;
  readonly minimum?: number;
  readonly webhook?: string;
  readonly tier?: Tier;
  readonly eventType?: string;
  readonly wholeAccount?: boolean;
  readonly channel?: string[];
  readonly cooldown?: string;
  /** False for never. */
  readonly quiet?: string | false;
  readonly timeZone?: string;
}

/** The same for a new rule. */
export interface NewRuleFlags extends RuleFlags {
  readonly metric: Metric;
}

const MOST_ATTEMPTS = 1_000_000_000;

/** Adds the options that describe a rule besides its metric. */
export function withRuleOptions(command: Command): Command {
  return command
    .option('--account <id>', 'the account whose rule it is')
    .option('--above <value>', 'fires above it; a number, or a duration like 15m')
    .addOption(new Option('--below <value>', 'fires below it').conflicts('above'))
    .option('--resolve-at <value>', 'what it must come back to; the same value if none')
    .option('--window <duration>', '5m to 30d; 1h if none')
    .option(
      '--minimum <number>',
      'attempts in the window below which it says nothing',
      wholeNumber(0, MOST_ATTEMPTS),
    )
    .option('--webhook <id>', 'looks at this webhook alone')
    .addOption(new Option('--tier <tier>', 'looks at webhooks of this tier').choices(TIERS))
    .option('--event-type <type>', 'looks at webhooks that want this type')
    .option('--whole-account', 'looks at all webhooks as one')
    .option('--channel <id...>', 'where it is told; every channel of the account if none')
    .option('--cooldown <duration>', 'how long after an incident the next one is not told')
    .option('--quiet <from-to>', 'when nothing is told, like 22:00-07:00')
    .option('--time-zone <name>', 'of the quiet hours, like Europe/Berlin; UTC if none');
}

/** Adds them and the metric. */
export function withNewRule(command: Command): Command {
  return withRuleOptions(command).addOption(
    new Option('--metric <metric>', 'what it looks at').choices(METRICS).makeOptionMandatory(),
  );
}

/** What the options say, as far as they were given. */
export function readRule(flags: RuleFlags): Partial<Omit<RuleInput, 'metric'>> {
  const { above, below, resolveAt, channel: channelIds, quiet, timeZone } = flags;
  return {
    ...(above === undefined ? {} : { comparison: 'above', threshold: readValue(above) }),
    ...(below === undefined ? {} : { comparison: 'below', threshold: readValue(below) }),
    resolveAt: resolveAt === undefined ? undefined : readValue(resolveAt),
    window: flags.window,
    minimum: flags.minimum,
    scope: readScope(flags),
    channelIds,
    cooldown: flags.cooldown,
    quietHours:
      quiet === false ? null : quiet === undefined ? undefined : readQuiet(quiet, timeZone),
  };
}

/** The same for a new rule. Throws `InvalidInputError` where it has no bound. */
export function readNewRule(
  flags: NewRuleFlags,
  name: string,
): RuleInput & { accountId: string | undefined } {
  const { metric, account: accountId } = flags;
  const { comparison, threshold, ...rest } = readRule(flags);
  if (comparison === undefined || threshold === undefined) {
    throw new InvalidInputError('say either --above or --below, with a value');
  }
  return { ...rest, accountId, name, metric, comparison, threshold };
}

function readScope({ webhook: webhookId, tier, eventType, wholeAccount }: RuleFlags) {
  const given = [webhookId, tier, eventType, wholeAccount].some((one) => one !== undefined);
  if (!given) return undefined;
  return { webhookId, tier, eventType, ...(wholeAccount ? { account: true as const } : {}) };
}

/** A number, or else a duration. */
function readValue(text: string): number | string {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function readQuiet(text: string, timeZone: string | undefined) {
  const [from = '', to = ''] = text.split('-');
  return { from, to, timeZone };
}
