import type { Command } from 'commander';
import { createCommand, withPosthorn } from './command.js';
import type { AccountFlags } from './list-options.js';
import { pairs, percent, print, table, time } from './output.js';
import { sparkline } from './sparkline.js';

const ACCOUNT = ['--account <id>', 'the account whose webhook it is'] as const;

/** The commands of `posthorn webhook` that tell how one is doing now. */
export function webhookTrafficCommands(): readonly Command[] {
  return [
    createCommand('health <id...>', 'show how up to 100 did in the last day', health).option(
      ...ACCOUNT,
    ),
    createCommand('traffic <id>', 'show what is in flight to it and what waits', traffic).option(
      ...ACCOUNT,
    ),
    createCommand('secrets <id>', 'list the secrets that sign, without their text', secrets).option(
      ...ACCOUNT,
    ),
  ];
}

async function health(flags: AccountFlags, ids: string[]): Promise<void> {
  const scope = { accountId: flags.account };
  const data = await withPosthorn((posthorn) => posthorn.health.of(ids, scope));
  print(flags, { data }, () => {
    const rows = data.map(({ webhook, attempts, successRate, failures, hours, deactivatesAt }) => [
      webhook.id,
      String(attempts),
      String(failures),
      percent(successRate),
      sparkline(hours.map((hour) => hour.successes)),
      deactivatesAt === null ? '' : time(deactivatesAt),
    ]);
    const header = ['webhook', 'attempts', 'failures', 'success rate', 'by hour', 'deactivated'];
    return table(header, rows);
  });
}

async function traffic(flags: AccountFlags, id: string): Promise<void> {
  const scope = { accountId: flags.account };
  const found = await withPosthorn((posthorn) => posthorn.traffic.of(id, scope));
  print(flags, found, () => {
    const { inFlight, maxInFlight, held, hold, waiting } = found;
    const releasedAt = hold?.releaseAt ?? null;
    return pairs([
      ['in flight', `${inFlight ?? 'not known'}, at most ${maxInFlight}`],
      ['held', held ?? 'no'],
      ['lets through next', releasedAt === null ? 'as they come' : time(releasedAt)],
      ['pending', counted(waiting.pending, 'the oldest from', waiting.oldest)],
      ['queued', String(waiting.queued)],
      ['waits for a retry', counted(waiting.waiting, 'the next at', waiting.nextDueAt)],
      ['parked', String(waiting.parked)],
    ]);
  });
}

/** How many, and when the first of them, where there is one. */
function counted(count: number, what: string, at: Date | null): string {
  return at === null ? String(count) : `${count}, ${what} ${time(at)}`;
}

async function secrets(flags: AccountFlags, id: string): Promise<void> {
  const scope = { accountId: flags.account };
  const data = await withPosthorn((posthorn) => posthorn.secrets.of(id, scope));
  print(flags, { data }, () => {
    const rows = data.map(({ signatureScheme, publicKey, createdAt, expiresAt }) => [
      signatureScheme,
      publicKey ?? '',
      time(createdAt),
      expiresAt === null ? 'until it is rotated' : `until ${time(expiresAt)}`,
    ]);
    return table(['scheme', 'public key', 'made', 'signs'], rows);
  });
}
