import { Command } from 'commander';
import type { Incident } from '../store/incidents.js';
import { createCommand, withPosthorn } from './command.js';
import { type OutputFlags, pairs, print, table, time } from './output.js';

interface AccountFlags extends OutputFlags {
  readonly account?: string;
}

interface ListFlags extends AccountFlags {
  readonly open?: boolean;
  readonly rule?: string;
  readonly webhook?: string;
  readonly limit?: string;
  readonly cursor?: string;
}

const ACCOUNT = ['--account <id>', 'the account whose incident it is'] as const;

/** `posthorn incident …` */
export function incidentCommands(): Command {
  return new Command('incident')
    .description('alert rules that hold, or held')
    .addCommand(
      createCommand('list', 'list incidents, newest first', list)
        .option(...ACCOUNT)
        .option('--open', 'only open ones')
        .option('--rule <id>', 'of one rule')
        .option('--webhook <id>', 'of one webhook')
        .option('--limit <number>', 'incidents on a page, 1 to 100')
        .option('--cursor <cursor>', 'the page after this one'),
    )
    .addCommand(createCommand('show <id>', 'show one incident', show).option(...ACCOUNT))
    .addCommand(
      createCommand('acknowledge <id>', 'say that somebody looks after it', acknowledge).option(
        ...ACCOUNT,
      ),
    );
}

async function list(flags: ListFlags): Promise<void> {
  const page = await withPosthorn(({ alerts }) =>
    alerts.incidents.list({
      accountId: flags.account,
      open: flags.open ? true : undefined,
      ruleId: flags.rule,
      webhookId: flags.webhook,
      limit: flags.limit === undefined ? undefined : Number(flags.limit),
      cursor: flags.cursor,
    }),
  );
  print(flags, page, () => {
    if (page.data.length === 0) return 'no incidents';
    const header = ['id', 'account', 'rule', 'webhook', 'opened', 'state'];
    const rows = page.data.map((incident) => [
      incident.id,
      incident.accountId,
      incident.ruleName,
      incident.webhookId ?? 'the account',
      time(incident.openedAt),
      state(incident),
    ]);
    const next = page.nextCursor === null ? '' : `\nmore: --cursor ${page.nextCursor}`;
    return table(header, rows) + next;
  });
}

async function show(flags: AccountFlags, id: string): Promise<void> {
  const scope = { accountId: flags.account };
  printIncident(flags, await withPosthorn(({ alerts }) => alerts.incidents.get(id, scope)));
}

async function acknowledge(flags: AccountFlags, id: string): Promise<void> {
  const scope = { accountId: flags.account };
  printIncident(flags, await withPosthorn(({ alerts }) => alerts.incidents.acknowledge(id, scope)));
}

function state({ resolvedAt, resolution, acknowledgedBy }: Incident): string {
  if (resolvedAt !== null) return `resolved (${resolution})`;
  return acknowledgedBy === null ? 'open' : `open, acknowledged by ${acknowledgedBy}`;
}

function printIncident(flags: OutputFlags, incident: Incident): void {
  print(flags, incident, () =>
    pairs([
      ['id', incident.id],
      ['account', incident.accountId],
      ['rule', `${incident.ruleName} (${incident.ruleId})`],
      ['fires', `${incident.metric} ${incident.comparison} ${incident.threshold}`],
      ['webhook', incident.webhookId ?? 'the account'],
      ['opened', time(incident.openedAt)],
      ['value', `${incident.value}, last ${incident.lastValue}`],
      ['told', time(incident.toldAt)],
      ['resolved', time(incident.resolvedAt)],
      ['state', state(incident)],
    ]),
  );
}
