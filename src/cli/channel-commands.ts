import { Command, Option } from 'commander';
import { CHANNEL_NOTICE_TYPES, type Channel } from '../alerts/channels.js';
import type { NoticeType } from '../domain/notice.js';
import { givenOf } from './changes.js';
import { createCommand, withPosthorn } from './command.js';
import {
  type AccountFlags,
  type ListFlags,
  pageRequest,
  printPage,
  withPage,
} from './list-options.js';
import { pairs, print } from './output.js';

interface TargetFlags extends AccountFlags {
  readonly email?: string[];
  readonly slack?: string;
  /** False for every type. */
  readonly notice?: NoticeType[] | false;
}

interface UpdateFlags extends TargetFlags {
  readonly name?: string;
}

const ACCOUNT = ['--account <id>', 'the account whose channel it is'] as const;

/** `posthorn channel …` */
export function channelCommands(): Command {
  return new Command('channel')
    .description('where warnings, deactivations and incidents are sent')
    .addCommand(withTarget(createCommand('add <name>', 'add an e-mail or Slack channel', add)))
    .addCommand(
      withPage(createCommand('list', 'list channels, newest first', list), {
        account: 'only of this account',
      }),
    )
    .addCommand(createCommand('show <id>', 'show one channel', show).option(...ACCOUNT))
    .addCommand(
      withTarget(createCommand('update <id>', 'change what is given', update))
        .option('--no-notice', 'it takes everything')
        .option('--name <name>', 'for people'),
    )
    .addCommand(createCommand('remove <id>', 'remove a channel', remove).option(...ACCOUNT))
    .addCommand(createCommand('test <id>', 'send a message to it now', test).option(...ACCOUNT));
}

function withTarget(command: Command): Command {
  return command
    .option(...ACCOUNT)
    .option('--email <address...>', 'its recipients')
    .option('--slack <url>', 'a Slack-compatible incoming webhook')
    .addOption(
      new Option('--notice <type...>', 'what it takes; everything if none').choices(
        CHANNEL_NOTICE_TYPES,
      ),
    );
}

async function add(flags: TargetFlags, name: string): Promise<void> {
  const { account: accountId, email: recipients, slack: url, notice } = flags;
  const kind = url === undefined ? 'email' : 'slack';
  const input = { name, accountId, kind, recipients, url, noticeTypes: notice || [] } as const;
  const channel = await withPosthorn(({ channels }) => channels.create(input));
  print(flags, channel, () => describe(channel));
}

async function update(flags: UpdateFlags, id: string): Promise<void> {
  const { account: accountId, name, email: recipients, slack: url, notice } = flags;
  const noticeTypes = notice === false ? [] : notice;
  const changes = givenOf({ name, recipients, url, noticeTypes });
  const channel = await withPosthorn(({ channels }) => channels.update(id, changes, { accountId }));
  print(flags, channel, () => describe(channel));
}

async function list(flags: ListFlags): Promise<void> {
  const page = await withPosthorn(({ channels }) => channels.list(pageRequest(flags)));
  printPage(flags, page, {
    none: 'no channels',
    header: ['id', 'account', 'name', 'kind', 'to'],
    row: (channel) => [
      channel.id,
      channel.accountId,
      channel.name,
      channel.kind,
      targetOf(channel),
    ],
  });
}

async function show(flags: AccountFlags, id: string): Promise<void> {
  const channel = await withPosthorn(({ channels }) =>
    channels.get(id, { accountId: flags.account }),
  );
  print(flags, channel, () => describe(channel));
}

async function remove(flags: AccountFlags, id: string): Promise<void> {
  await withPosthorn(({ channels }) => channels.delete(id, { accountId: flags.account }));
  print(flags, { id, removed: true }, () => `${id} removed`);
}

async function test(flags: AccountFlags, id: string): Promise<void> {
  const result = await withPosthorn(({ channels }) =>
    channels.test(id, { accountId: flags.account }),
  );
  print(flags, result, () => (result.ok ? 'sent' : `not sent: ${result.error}`));
  if (!result.ok) process.exitCode = 1;
}

function targetOf({ recipients, url }: Channel): string {
  return url ?? recipients.join(', ');
}

function describe(channel: Channel): string {
  return pairs([
    ['id', channel.id],
    ['account', channel.accountId],
    ['name', channel.name],
    ['kind', channel.kind],
    ['to', targetOf(channel)],
    ['takes', channel.noticeTypes.join(', ') || 'everything'],
  ]);
}
