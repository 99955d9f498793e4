import { Command } from 'commander';
import type { FormatInput } from '../domain/format-input.js';
import type { AccountFormat } from '../store/account-formats.js';
import { createCommand, withPosthorn } from './command.js';
import { FORMAT_MEANING, parseFormat } from './format-option.js';
import { type OutputFlags, pairs, print, time } from './output.js';

interface SetFlags extends OutputFlags {
  readonly format: FormatInput;
}

/** `posthorn account …` */
export function accountCommands(): Command {
  return new Command('account')
    .description('what holds for all webhooks of an account that say nothing themselves')
    .addCommand(createCommand('show <account>', 'show its default format', show))
    .addCommand(
      createCommand('set <account>', 'set its default format', set).requiredOption(
        '--format <format>',
        FORMAT_MEANING,
        parseFormat,
      ),
    )
    .addCommand(createCommand('unset <account>', 'remove its default format', unset));
}

async function show(flags: OutputFlags, accountId: string): Promise<void> {
  printFormat(flags, await withPosthorn(({ formats }) => formats.get({ accountId })));
}

async function set(flags: SetFlags, accountId: string): Promise<void> {
  const { format } = flags;
  printFormat(flags, await withPosthorn(({ formats }) => formats.set(format, { accountId })));
}

async function unset(flags: OutputFlags, accountId: string): Promise<void> {
  const found = await withPosthorn(async ({ formats }) => {
    await formats.remove({ accountId });
    return formats.get({ accountId });
  });
  printFormat(flags, found);
}

function printFormat(flags: OutputFlags, account: AccountFormat): void {
  print(flags, account, () =>
    pairs([
      ['account', account.accountId],
      ['format', account.format === null ? 'standard' : JSON.stringify(account.format)],
      ['set', time(account.updatedAt)],
    ]),
  );
}
