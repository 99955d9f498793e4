import type { Command } from 'commander';
import { createCommand, withPosthorn } from './command.js';
import { type OutputFlags, print, table, time } from './output.js';

/** `posthorn sweep`: deactivates zombies now, as the repeatable job does. */
export function sweepCommand(): Command {
  return createCommand('sweep', 'deactivate zombie webhooks now', sweep).option(
    '--dry-run',
    'only say which it would be',
  );
}

async function sweep(flags: OutputFlags & { readonly dryRun?: boolean }): Promise<void> {
  const { dryRun = false } = flags;
  const zombies = await withPosthorn((posthorn) => posthorn.zombies.sweep({ dryRun }));
  print(flags, { dryRun, deactivated: zombies }, () => {
    if (zombies.length === 0) return 'no zombies';
    const header = ['id', 'account', 'url', 'tier', 'last success', 'why'];
    const rows = zombies.map((zombie) => [
      zombie.id,
      zombie.accountId,
      zombie.url,
      zombie.tier,
      time(zombie.lastSuccess),
      zombie.detail,
    ]);
    const count = `${zombies.length} ${dryRun ? 'would be deactivated' : 'deactivated'}`;
    return `${table(header, rows)}\n${count}`;
  });
}
