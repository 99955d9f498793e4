#!/usr/bin/env node
import { Command } from 'commander';
import { VERSION } from '../version.js';
import { createDemoCommand } from './demo-command.js';
import { doctorCommand } from './doctor-command.js';
import { eventCommands } from './event-commands.js';
import { EXIT_USAGE } from './failure.js';
import { keyCommands } from './key-commands.js';
import { migrateCommand } from './migrate-command.js';
import { reconcileCommand } from './reconcile-command.js';
import { rekeyCommand } from './rekey-command.js';
import { startCommand } from './start-command.js';
import { sweepCommand } from './sweep-command.js';
import { webhookCommands } from './webhook-commands.js';
import { workerProcessCommand } from './worker-process-command.js';

const program = new Command('posthorn')
  .description('Outbound webhooks for existing Node backends.')
  .version(VERSION)
  .showHelpAfterError('(add --help for the options)')
  .addCommand(startCommand())
  .addCommand(migrateCommand())
  .addCommand(createDemoCommand())
  .addCommand(sweepCommand())
  .addCommand(reconcileCommand())
  .addCommand(rekeyCommand())
  .addCommand(webhookCommands())
  .addCommand(eventCommands())
  .addCommand(keyCommands())
  .addCommand(doctorCommand())
  .addCommand(workerProcessCommand(), { hidden: true });

/** Wrong words exit with 2, in every command. */
function exitWithUsage(command: Command): void {
  command.exitOverride((error) => {
    process.exit(error.exitCode === 0 ? 0 : EXIT_USAGE);
  });
  for (const child of command.commands) exitWithUsage(child);
}

// Whoever reads our output may stop reading, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

exitWithUsage(program);
await program.parseAsync();
