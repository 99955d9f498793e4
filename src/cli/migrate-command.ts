import type { Command } from 'commander';
import { readSettings } from '../config.js';
import { systemClock } from '../domain/clock.js';
import { migrateInstallation } from '../installation.js';
import { createLogger } from '../log.js';
import { createCommand } from './command.js';
import { type OutputFlags, print } from './output.js';

/** `posthorn migrate`: brings the ledger to this version's schema, and makes its partitions ahead. */
export function migrateCommand(): Command {
  return createCommand('migrate', 'bring the ledger to the schema of this version', migrate);
}

async function migrate(flags: OutputFlags): Promise<void> {
  const log = createLogger(process.env.POSTHORN_LOG_LEVEL || 'warn');
  const result = await migrateInstallation(readSettings(), systemClock, log);
  print(flags, result, () =>
    result.applied.length === 0
      ? 'the ledger is up to date'
      : `applied:\n${result.applied.map((name) => `  ${name}`).join('\n')}`,
  );
}
