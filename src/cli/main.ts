#!/usr/bin/env node
import { Command } from 'commander';
import { VERSION } from '../version.js';
import { archiveCommands } from './archive-commands.js';
import { channelCommands } from './channel-commands.js';
import { createDemoCommand } from './demo-command.js';
import { doctorCommand } from './doctor-command.js';
import { eraseCommand } from './erase-command.js';
import { eventCommands } from './event-commands.js';
import { EXIT_USAGE } from './failure.js';
import { incidentCommands } from './incident-commands.js';
import { keyCommands } from './key-commands.js';
import { listenCommand } from './listen-command.js';
import { migrateCommand } from './migrate-command.js';
import { policyCommand } from './policy-command.js';
import { portalLinkCommand } from './portal-link-command.js';
import { reconcileCommand } from './reconcile-command.js';
import { rekeyCommand } from './rekey-command.js';
import { replayCommands } from './replay-commands.js';
import { rollupCommand } from './rollup-command.js';
import { ruleCommands } from './rule-commands.js';
import { startCommand } from './start-command.js';
import { sweepCommand } from './sweep-command.js';
import { webhookCommands } from './webhook-commands.js';
import { zombiesCommand } from './webhook-health-commands.js';
import { workerProcessCommand } from './worker-process-command.js';

const program = new Command('posthorn')
  .description('Outbound webhooks for existing Node backends.')
  .version(VERSION)
  .showHelpAfterError('(add --help for the options)')
  .addCommand(startCommand())
  .addCommand(migrateCommand())
  .addCommand(createDemoCommand())
  .addCommand(listenCommand())
  .addCommand(sweepCommand())
  .addCommand(zombiesCommand())
  .addCommand(policyCommand())
  .addCommand(reconcileCommand())
  .addCommand(rekeyCommand())
  .addCommand(rollupCommand())
  .addCommand(webhookCommands())
  .addCommand(eventCommands())
  .addCommand(channelCommands())
  .addCommand(replayCommands())
  .addCommand(archiveCommands())
  .addCommand(eraseCommand())
  .addCommand(ruleCommands())
  .addCommand(incidentCommands())
  .addCommand(keyCommands())
  .addCommand(portalLinkCommand())
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
  if (error.code !== 'EPIPE') throw error;
  // A command that has more to end than its output hears of it, too.
  if (process.stdout.listenerCount('error') === 1) process.exit(0);
});

exitWithUsage(program);
await program.parseAsync();
