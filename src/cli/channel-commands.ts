import { Command } from 'commander';
import type { Channel } from '../alerts/channels.js';
import type { NoticeType } from '../domain/notice.js';
import { createCommand, withPosthorn } from './command.js';
import { type OutputFlags, pairs, print, table } from './output.js';

interface AccountFlags extends OutputFlags {
  readonly account?: string;
}

interface AddFlags extends AccountFlags {
  readonly email?: string[];
  readonly slack?: string;
  readonly notice?: NoticeType[];
}

const ACCOUNT = ['--account <id>', 'the account whose channel it is'] as const;

/** `posthorn channel …` */
export function channelCommands(): Command {
  return new Command('channel')
    .description('where warnings, deactivations and incidents are sent')
    .addCommand(
      createCommand('add <name>', 'add an e-mail or Slack channel', add)
        .option(...ACCOUNT)
        .option('--email <address...>', 'its recipients')
        .option('--slack <url>', 'a Slack-compatible incoming webhook')
        .option('--notice <type...>', 'what it takes, like webhook.warned; everything if none'),
    )
    .addCommand(createCommand('list', 'list channels, newest first', list).option(...ACCOUNT))
    .addCommand(createCommand('show <id>', 'show one channel', show).option(...ACCOUNT))
    .addCommand(createCommand('remove <id>', 'remove a channel', remove).option(...ACCOUNT))
    .addCommand(createCommand('test <id>', 'send a message to it now', test).option(...ACCOUNT));
}

async function add(flags: AddFlags, name: string): Promise<void> {
  const channel = await withPosthorn(({ channels }) =>
    channels.create({
      name,
      accountId: flags.account,
      kind: flags.slack === undefined ? 'email' : 'slack',
      recipients: flags.email,
      url: flags.slack,
      noticeTypes: flags.notice,
    }),
  );
  print(flags, channel, () => describe(channel));
}

async function list(flags: AccountFlags): Promise<void> {
  const page = await withPosthorn(({ channels }) =>
    channels.list({ accountId: flags.account, limit: 100 }),
  );
  print(flags, page, () => {
    if (page.data.length === 0) return 'no channels';
    const rows = page.data.map((channel) => [
      channel.id,
      channel.accountId,
      channel.name,
      channel.kind,
      targetOf(channel),
    ]);
    return table(['id', 'account', 'name', 'kind', 'to'], rows);
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
