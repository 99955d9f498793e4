import type { Command } from 'commander';
import { TIERS } from '../domain/tier.js';
import { createCommand, withPosthorn } from './command.js';
import { type OutputFlags, print } from './output.js';

/** `posthorn policy`: says what happens to failing webhooks, and when. */
export function policyCommand(): Command {
  return createCommand(
    'policy',
    'say when webhooks are warned, deactivated and reactivated',
    policy,
  ).option('--account <id>', 'whose webhooks');
}

async function policy(flags: OutputFlags & { readonly account?: string }): Promise<void> {
  const found = await withPosthorn(({ policy }) => policy.of({ accountId: flags.account }));
  print(flags, found, () => {
    const tiers = TIERS.map((tier) => `${tier}\n- ${found.tiers[tier].text.join('\n- ')}`);
    const own = `${found.webhooksWithOverrides} of the account's webhooks have overrides of their own.`;
    return [...tiers, `${found.told.text}\n${own}`].join('\n\n');
  });
}
