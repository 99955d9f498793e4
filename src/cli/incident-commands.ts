import { Command } from 'commander';
import type { Incident } from '../store/incidents.js';
import { createCommand, withPosthorn } from './command.js';
import {
  type AccountFlags,
  type ListFlags,
  pageRequest,
  printPage,
  withPage,
} from './list-options.js';
import { type OutputFlags, pairs, print, time } from './output.js';

interface IncidentListFlags extends ListFlags {
  readonly open?: boolean;
  readonly rule?: string;
  readonly webhook?: string;
}

const ACCOUNT = ['--account <id>', 'the account whose incident it is'] as const;

/** `posthorn incident …` */
export function incidentCommands(): Command {
  return new Command('incident')
    .description('alert rules that hold, or held')
    .addCommand(
      withPage(createCommand('list', 'list incidents, newest first', list), {
        account: 'only of this account',
      })
        .option('--open', 'only open ones')
        .option('--rule <id>', 'of one rule')
        .option('--webhook <id>', 'of one webhook'),
    )
    .addCommand(createCommand('show <id>', 'show one incident', show).option(...ACCOUNT))
    .addCommand(
      createCommand('acknowledge <id>', 'say that somebody looks after it', acknowledge).option(
        ...ACCOUNT,
      ),
    );
}

async function list(flags: IncidentListFlags): Promise<void> {
  const page = await withPosthorn(({ alerts }) =>
    alerts.incidents.list({
      ...pageRequest(flags),
      open: flags.open ? true : undefined,
      ruleId: flags.rule,
      webhookId: flags.webhook,
    }),
  );
  printPage(flags, page, {
    none: 'no incidents',
    header: ['id', 'account', 'rule', 'webhook', 'opened', 'state'],
    row: (incident) => [
      incident.id,
      incident.accountId,
      incident.ruleName,
      incident.webhookId ?? 'the account',
      time(incident.openedAt),
      state(incident),
    ],
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
