import type { Command } from 'commander';
import { parseDuration } from '../domain/duration.js';
import { InvalidInputError } from '../domain/errors.js';
import { durationInWords } from '../domain/policy-text.js';
import { createCommand, withPosthorn } from './command.js';
import type { AccountFlags } from './list-options.js';
import { wholeNumber } from './option-values.js';
import { print, table } from './output.js';

/** `posthorn zombies`: the webhooks that will be deactivated, and when. */
export function zombiesCommand(): Command {
  return createCommand('zombies', 'list webhooks at risk of deactivation', zombies)
    .option('--account <id>', 'of one account')
    .option('--within <duration>', 'those that will be deactivated by then')
    .option('--limit <number>', 'most of them', wholeNumber(1, 1_000), 100);
}

async function zombies(
  flags: AccountFlags & { readonly within?: string; readonly limit: number },
): Promise<void> {
  const withinMs = flags.within === undefined ? undefined : parseDuration(flags.within);
  if (flags.within !== undefined && withinMs === undefined) {
    throw new InvalidInputError(`--within ${JSON.stringify(flags.within)} does not fit: use 30d`);
  }
  const found = await withPosthorn((posthorn) =>
    posthorn.zombies.atRisk({ accountId: flags.account, withinMs, take: flags.limit }),
  );
  print(flags, found, () => {
    if (found.length === 0) return 'no webhook is at risk';
    const rows = found.map((webhook) => [
      webhook.id,
      webhook.accountId,
      webhook.url,
      webhook.tier,
      webhook.zombie ? 'at the next sweep' : `in ${durationInWords(webhook.timeLeftMs)}`,
      webhook.detail,
    ]);
    return table(['id', 'account', 'url', 'tier', 'deactivated', 'why'], rows);
  });
}
