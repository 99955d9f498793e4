import type { Command } from 'commander';
import { parseDuration } from '../domain/duration.js';
import { InvalidInputError } from '../domain/errors.js';
import { INVARIANTS } from '../domain/invariant.js';
import { createCommand, withPosthorn } from './command.js';
import { EXIT_FAILED } from './failure.js';
import { type OutputFlags, print, table } from './output.js';

interface ReconcileFlags extends OutputFlags {
  readonly since: string;
  readonly dryRun?: boolean;
}

/** `posthorn reconcile`: proves from the ledger that nothing was lost, and mends what can be mended. */
export function reconcileCommand(): Command {
  return createCommand<ReconcileFlags>(
    'reconcile',
    'prove from the ledger that nothing was lost, and mend what can be mended',
    reconcile,
  )
    .option('--since <duration>', 'how far back events are looked at, like 12h or 7d', '24h')
    .option('--dry-run', 'only say what is wrong');
}

async function reconcile(flags: ReconcileFlags): Promise<void> {
  const { since, dryRun = false } = flags;
  const sinceMs = parseDuration(since);
  if (sinceMs === undefined || sinceMs === 0) {
    throw new InvalidInputError(
      `--since ${JSON.stringify(since)} does not fit: use a duration like 30m, 12h or 7d`,
    );
  }
  const report = await withPosthorn((posthorn) => posthorn.reconciliation.run({ sinceMs, dryRun }));
  if (report.findings.some(({ found, mended }) => found > mended)) process.exitCode = EXIT_FAILED;
  print(flags, { dryRun, ...report }, () => {
    const looked = `looked at events since ${report.since.toISOString()}, at all that is pending, and at ${report.webhooks} webhooks, in ${report.durationMs} ms`;
    if (report.ok) return `every invariant holds\n${looked}`;
    const rows = report.findings
      .filter(({ found }) => found > 0)
      .map(({ invariant, found, mended, examples }) => [
        invariant,
        String(found),
        String(mended),
        INVARIANTS[invariant],
        examples.slice(0, 2).join(', '),
      ]);
    const header = ['invariant', 'found', 'mended', 'what is wrong', 'for example'];
    return `${table(header, rows)}\n${looked}`;
  });
}
