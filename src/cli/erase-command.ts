import type { Command } from 'commander';
import { InvalidInputError } from '../domain/errors.js';
import { createCommand, withPosthorn } from './command.js';
import { type OutputFlags, pairs, print } from './output.js';
import { withProgress } from './progress.js';

interface EraseFlags extends OutputFlags {
  readonly account: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** `posthorn erase`: removes what an account's events said. */
export function eraseCommand(): Command {
  return createCommand('erase', 'remove an account’s payloads from tables and archive', erase)
    .requiredOption('--account <id>', 'whose payloads, answers and errors')
    .option('--dry-run', 'only say how much it would be')
    .option('--yes', 'really: it can not be undone');
}

async function erase(flags: EraseFlags): Promise<void> {
  const { account, dryRun = false, yes = false } = flags;
  if (!dryRun && !yes) {
    throw new InvalidInputError('an erasure can not be undone: add --yes, or --dry-run to see it');
  }
  const report = await withPosthorn(({ erasure }) =>
    withProgress('erasing', (onProgress) => erasure.run(account, { dryRun, onProgress })),
  );
  print(flags, { dryRun, ...report }, () =>
    pairs([
      ['account', report.accountId],
      ['payloads of events', String(report.events)],
      ['answers of attempts', String(report.attempts)],
      ['deliveries discarded', String(report.discarded)],
      ['idempotency keys', String(report.idempotencyKeys)],
      ['archived files', String(report.files.length)],
    ]),
  );
}
