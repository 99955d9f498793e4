import { Command } from 'commander';
import type { DryRun } from '../alerts/dry-run.js';
import type { RuleInput } from '../alerts/rule-input.js';
import type { Comparison, Metric } from '../domain/alert-rule.js';
import { InvalidInputError } from '../domain/errors.js';
import type { Tier } from '../domain/tier.js';
import type { AlertRule } from '../store/alert-rules.js';
import { createCommand, withPosthorn } from './command.js';
import { type OutputFlags, pairs, print, table, time } from './output.js';

interface AccountFlags extends OutputFlags {
  readonly account?: string;
}

interface ListFlags extends AccountFlags {
  readonly limit?: string;
  readonly cursor?: string;
}

interface RuleFlags extends AccountFlags {
  readonly metric: Metric;
  readonly above?: string;
  readonly below?: string;
  readonly resolveAt?: string;
  readonly window?: string;
  readonly minimum?: string;
  readonly webhook?: string;
  readonly tier?: Tier;
  readonly eventType?: string;
  readonly wholeAccount?: boolean;
  readonly channel?: string[];
  readonly cooldown?: string;
  readonly quiet?: string;
  readonly timeZone?: string;
}

const ACCOUNT = ['--account <id>', 'the account whose rule it is'] as const;

/** `posthorn rule …` */
export function ruleCommands(): Command {
  return new Command('rule')
    .description('what an account wants to be told of')
    .addCommand(withRuleOptions(createCommand('add <name>', 'make an alert rule', add)))
    .addCommand(
      createCommand('list', 'list alert rules, newest first', list)
        .option(...ACCOUNT)
        .option('--limit <number>', 'rules on a page, 1 to 100')
        .option('--cursor <cursor>', 'the page after this one'),
    )
    .addCommand(createCommand('show <id>', 'show one alert rule', show).option(...ACCOUNT))
    .addCommand(
      createCommand('remove <id>', 'remove an alert rule with its incidents', remove).option(
        ...ACCOUNT,
      ),
    )
    .addCommand(
      withRuleOptions(
        createCommand('dry-run', 'say which webhooks a rule would have fired for', tryOut),
      ).option('--days <number>', 'how far back, 1 to 30', '7'),
    );
}

function withRuleOptions(command: Command): Command {
  return command
    .option(...ACCOUNT)
    .requiredOption('--metric <metric>', 'like successRate or consecutiveFailures')
    .option('--above <value>', 'fires above it; a number, or a duration like 15m')
    .option('--below <value>', 'fires below it')
    .option('--resolve-at <value>', 'what it must come back to; the same value if none')
    .option('--window <duration>', '5m to 30d', '1h')
    .option('--minimum <number>', 'attempts in the window below which it says nothing')
    .option('--webhook <id>', 'looks at this webhook alone')
    .option('--tier <tier>', 'looks at webhooks of this tier')
    .option('--event-type <type>', 'looks at webhooks that want this type')
    .option('--whole-account', 'looks at all webhooks as one')
    .option('--channel <id...>', 'where it is told; every channel of the account if none')
    .option('--cooldown <duration>', 'how long after an incident the next one is not told')
    .option('--quiet <from-to>', 'when nothing is told, like 22:00-07:00')
    .option('--time-zone <name>', 'of the quiet hours, like Europe/Berlin; UTC if none');
}

function readRule(flags: RuleFlags, name: string): RuleInput & { accountId?: string | undefined } {
  const { account: accountId, metric, above, below, webhook, tier, eventType } = flags;
  const bound = above ?? below;
  if (bound === undefined || (above !== undefined && below !== undefined)) {
    throw new InvalidInputError('say either --above or --below, with a value');
  }
  const comparison: Comparison = above === undefined ? 'below' : 'above';
  return {
    accountId,
    name,
    metric,
    comparison,
    threshold: readValue(bound),
    resolveAt: flags.resolveAt === undefined ? undefined : readValue(flags.resolveAt),
    window: flags.window,
    minimum: flags.minimum === undefined ? undefined : Number(flags.minimum),
    scope: {
      webhookId: webhook,
      tier,
      eventType,
      ...(flags.wholeAccount ? { account: true as const } : {}),
    },
    channelIds: flags.channel,
    cooldown: flags.cooldown,
    quietHours: flags.quiet === undefined ? undefined : readQuiet(flags.quiet, flags.timeZone),
  };
}

/** A number, or else a duration. */
function readValue(text: string): number | string {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function readQuiet(text: string, timeZone: string | undefined) {
  const [from = '', to = ''] = text.split('-');
  return { from, to, timeZone };
}

async function add(flags: RuleFlags, name: string): Promise<void> {
  const input = readRule(flags, name);
  const rule = await withPosthorn(({ alerts }) => alerts.rules.create(input));
  print(flags, rule, () => describe(rule));
}

async function list(flags: ListFlags): Promise<void> {
  const page = await withPosthorn(({ alerts }) =>
    alerts.rules.list({
      accountId: flags.account,
      limit: flags.limit === undefined ? undefined : Number(flags.limit),
      cursor: flags.cursor,
    }),
  );
  print(flags, page, () => {
    if (page.data.length === 0) return 'no alert rules';
    const rows = page.data.map((rule) => [
      rule.id,
      rule.accountId,
      rule.name,
      condition(rule),
      rule.enabled ? 'enabled' : 'disabled',
    ]);
    const next = page.nextCursor === null ? '' : `\nmore: --cursor ${page.nextCursor}`;
    return table(['id', 'account', 'name', 'fires', 'state'], rows) + next;
  });
}

async function show(flags: AccountFlags, id: string): Promise<void> {
  const scope = { accountId: flags.account };
  const rule = await withPosthorn(({ alerts }) => alerts.rules.get(id, scope));
  print(flags, rule, () => describe(rule));
}

async function remove(flags: AccountFlags, id: string): Promise<void> {
  const scope = { accountId: flags.account };
  await withPosthorn(({ alerts }) => alerts.rules.remove(id, scope));
  print(flags, { id, removed: true }, () => `${id} removed`);
}

async function tryOut(flags: RuleFlags & { readonly days: string }): Promise<void> {
  const input = readRule(flags, 'dry run');
  const options = { days: Number(flags.days) };
  const found = await withPosthorn(({ alerts }) => alerts.rules.dryRun(input, options));
  print(flags, found, () => describeDryRun(found));
}

function describeDryRun({ from, to, possible, webhooks, fired, subjects, notes }: DryRun): string {
  if (!possible) return notes.join('\n');
  const rows = subjects.flatMap(({ webhookId, url, incidents }) =>
    incidents.map(({ openedAt, resolvedAt, value }) => [
      webhookId ?? 'the account',
      url ?? '',
      time(openedAt),
      resolvedAt === null ? 'still open' : time(resolvedAt),
      String(+value.toFixed(4)),
    ]),
  );
  const count = `would have fired for ${fired} (${webhooks} webhooks looked at, ${time(from)} to ${time(to)})`;
  const header = ['webhook', 'url', 'opened', 'resolved', 'value'];
  return [...(rows.length > 0 ? [table(header, rows)] : []), count, ...notes].join('\n');
}

function condition({ metric, comparison, threshold, window }: AlertRule): string {
  return `${metric} ${comparison} ${threshold} over ${window}`;
}

function describe(rule: AlertRule): string {
  const { scope, quietHours: quiet } = rule;
  const named = Object.entries(scope).map(([name, value]) => `${name} ${value}`);
  return pairs([
    ['id', rule.id],
    ['account', rule.accountId],
    ['name', rule.name],
    ['fires', condition(rule)],
    ['resolves at', String(rule.resolveAt ?? rule.threshold)],
    ['minimum', `${rule.minimum} attempts`],
    ['looks at', named.join(', ') || 'every webhook'],
    ['channels', rule.channelIds.join(', ') || 'every channel'],
    ['cooldown', rule.cooldown],
    ['quiet', quiet === null ? 'never' : `${quiet.from}-${quiet.to} (${quiet.timeZone})`],
    ['state', rule.enabled ? 'enabled' : 'disabled'],
  ]);
}
