import { Command } from 'commander';
import { givenOf } from './changes.js';
import { createCommand, withPosthorn } from './command.js';
import {
  type AccountFlags,
  type ListFlags,
  pageRequest,
  printPage,
  withPage,
} from './list-options.js';
import { wholeNumber } from './option-values.js';
import { print } from './output.js';
import {
  type NewRuleFlags,
  type RuleFlags,
  readNewRule,
  readRule,
  withNewRule,
  withRuleOptions,
} from './rule-options.js';
import { condition, describeDryRun, describeRule } from './rule-text.js';

interface UpdateFlags extends RuleFlags {
  readonly name?: string;
  readonly enable?: boolean;
  readonly disable?: boolean;
}

const ACCOUNT = ['--account <id>', 'the account whose rule it is'] as const;

/** `posthorn rule …` */
export function ruleCommands(): Command {
  return new Command('rule')
    .description('what an account wants to be told of')
    .addCommand(withNewRule(createCommand('add <name>', 'make an alert rule', add)))
    .addCommand(
      withPage(createCommand('list', 'list alert rules, newest first', list), {
        account: 'only of this account',
      }),
    )
    .addCommand(createCommand('show <id>', 'show one alert rule', show).option(...ACCOUNT))
    .addCommand(
      withRuleOptions(
        createCommand('update <id>', 'change what is given; a rule keeps its metric', update),
      )
        .option('--no-quiet', 'it has no quiet hours')
        .option('--name <name>', 'for people')
        .option('--enable', 'evaluate it again')
        .option('--disable', 'evaluate it no more'),
    )
    .addCommand(
      createCommand('remove <id>', 'remove an alert rule with its incidents', remove).option(
        ...ACCOUNT,
      ),
    )
    .addCommand(
      withNewRule(
        createCommand('dry-run', 'say which webhooks a rule would have fired for', tryOut),
      ).option('--days <number>', 'how far back, 1 to 30', wholeNumber(1, 30), 7),
    );
}

async function add(flags: NewRuleFlags, name: string): Promise<void> {
  const input = readNewRule(flags, name);
  const rule = await withPosthorn(({ alerts }) => alerts.rules.create(input));
  print(flags, rule, () => describeRule(rule));
}

async function list(flags: ListFlags): Promise<void> {
  const page = await withPosthorn(({ alerts }) => alerts.rules.list(pageRequest(flags)));
  printPage(flags, page, {
    none: 'no alert rules',
    header: ['id', 'account', 'name', 'fires', 'state'],
    row: (rule) => [
      rule.id,
      rule.accountId,
      rule.name,
      condition(rule),
      rule.enabled ? 'enabled' : 'disabled',
    ],
  });
}

async function show(flags: AccountFlags, id: string): Promise<void> {
  const scope = { accountId: flags.account };
  const rule = await withPosthorn(({ alerts }) => alerts.rules.get(id, scope));
  print(flags, rule, () => describeRule(rule));
}

async function update(flags: UpdateFlags, id: string): Promise<void> {
  const { account: accountId, name } = flags;
  const enabled = flags.enable ? true : flags.disable ? false : undefined;
  const changes = givenOf({ ...readRule(flags), name, enabled });
  const rule = await withPosthorn(({ alerts }) => alerts.rules.update(id, changes, { accountId }));
  print(flags, rule, () => describeRule(rule));
}

async function remove(flags: AccountFlags, id: string): Promise<void> {
  const scope = { accountId: flags.account };
  await withPosthorn(({ alerts }) => alerts.rules.remove(id, scope));
  print(flags, { id, removed: true }, () => `${id} removed`);
}

async function tryOut(flags: NewRuleFlags & { readonly days: number }): Promise<void> {
  const input = readNewRule(flags, 'dry run');
  const found = await withPosthorn(({ alerts }) =>
    alerts.rules.dryRun(input, { days: flags.days }),
  );
  print(flags, found, () => describeDryRun(found));
}
