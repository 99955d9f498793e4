import type { Command } from 'commander';
import { createCommand, withPosthorn } from './command.js';
import type { AccountFlags } from './list-options.js';
import { print } from './output.js';
import { overviewText } from './overview-text.js';

/** `posthorn overview`: how all webhooks are now. */
export function overviewCommand(): Command {
  return createCommand('overview', 'show how all webhooks are', overview).option(
    '--account <id>',
    'of one account',
  );
}

async function overview(flags: AccountFlags): Promise<void> {
  const scope = { accountId: flags.account };
  const found = await withPosthorn((posthorn) => posthorn.overview.read(scope));
  print(flags, found, () => overviewText(found));
}
