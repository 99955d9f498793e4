import { type Command, Option } from 'commander';
import { createCommand, withPosthorn } from './command.js';
import { commandName } from './command-name.js';
import type { AccountFlags } from './list-options.js';
import { print } from './output.js';
import { describeWebhook, printWebhook } from './webhook-text.js';

interface DeactivateFlags extends AccountFlags {
  readonly detail?: string;
}

interface ReactivateFlags extends DeactivateFlags {
  readonly owed: 'replay' | 'discard';
}

const ACCOUNT = ['--account <id>', 'the account whose webhook it is'] as const;

/** The commands of `posthorn webhook` that change whether one gets deliveries. */
export function webhookStateCommands(): readonly Command[] {
  return [
    createCommand('deactivate <id>', 'stop deliveries; what is owed waits', deactivate)
      .option(...ACCOUNT)
      .option('--detail <text>', 'why, for people'),
    createCommand('reactivate <id>', 'start deliveries again', reactivate)
      .option(...ACCOUNT)
      .option('--detail <text>', 'why, for people')
      .addOption(
        new Option('--owed <choice>', 'what becomes of what was owed')
          .choices(['replay', 'discard'])
          .default('replay'),
      ),
    createCommand('remove <id>', 'remove it; what it is owed is discarded', remove).option(
      ...ACCOUNT,
    ),
  ];
}

async function deactivate(flags: DeactivateFlags, id: string): Promise<void> {
  const options = { accountId: flags.account, detail: flags.detail };
  printWebhook(flags, await withPosthorn(({ webhooks }) => webhooks.deactivate(id, options)));
}

async function reactivate(flags: ReactivateFlags, id: string): Promise<void> {
  const { account: accountId, owed, detail } = flags;
  const { webhook, deliveries } = await withPosthorn(({ webhooks }) =>
    webhooks.reactivate(id, { accountId, owed, detail }),
  );
  const done = owed === 'replay' ? 'are made now' : 'were discarded';
  const missed = `${commandName(process.env.npm_lifecycle_event)} replay start ${id} --status missed --from 24h`;
  print(
    flags,
    { ...webhook, deliveries },
    () =>
      `${describeWebhook(webhook)}\n\n${deliveries} owed deliveries ${done}\nWhat came while it was inactive made none; to make up for it: ${missed}`,
  );
}

async function remove(flags: AccountFlags, id: string): Promise<void> {
  await withPosthorn(({ webhooks }) => webhooks.delete(id, { accountId: flags.account }));
  print(flags, { id, removed: true }, () => `${id} removed`);
}
