import { Command } from 'commander';
import { VERSION } from '../version.js';
import { accountCommands } from './account-commands.js';
import { archiveCommands } from './archive-commands.js';
import { channelCommands } from './channel-commands.js';
import { commandPath, visibleCommands } from './command-tree.js';
import { completionCommand } from './completion-command.js';
import { deliveryCommands } from './delivery-commands.js';
import { createDemoCommand } from './demo-command.js';
import { doctorCommand } from './doctor-command.js';
import { eraseCommand } from './erase-command.js';
import { eventCommands } from './event-commands.js';
import { incidentCommands } from './incident-commands.js';
import { keyCommands } from './key-commands.js';
import { listenCommand } from './listen-command.js';
import { migrateCommand } from './migrate-command.js';
import { overviewCommand } from './overview-command.js';
import { policyCommand } from './policy-command.js';
import { portalLinkCommand } from './portal-link-command.js';
import { processesCommand } from './processes-command.js';
import { queuesCommand } from './queues-command.js';
import { reconcileCommand } from './reconcile-command.js';
import { rekeyCommand } from './rekey-command.js';
import { replayCommands } from './replay-commands.js';
import { rollupCommand } from './rollup-command.js';
import { ruleCommands } from './rule-commands.js';
import { settingsCommand } from './settings-command.js';
import { startCommand } from './start-command.js';
import { sweepCommand } from './sweep-command.js';
import { taskCommands } from './task-commands.js';
import { topCommand } from './top-command.js';
import { webhookCommands } from './webhook-commands.js';
import { workerProcessCommand } from './worker-process-command.js';
import { zombiesCommand } from './zombies-command.js';

/** The whole command line, which parses nothing yet. */
export function createProgram(): Command {
  const program: Command = new Command('posthorn')
    .description('Outbound webhooks for existing Node backends.')
    .version(VERSION)
    .commandsGroup('Run it:')
    .addCommand(startCommand())
    .addCommand(migrateCommand())
    .addCommand(doctorCommand())
    .addCommand(settingsCommand())
    .commandsGroup('Try it:')
    .addCommand(createDemoCommand())
    .addCommand(listenCommand())
    .commandsGroup('See how it is:')
    .addCommand(overviewCommand())
    .addCommand(topCommand())
    .addCommand(queuesCommand())
    .addCommand(processesCommand())
    .addCommand(zombiesCommand())
    .addCommand(policyCommand())
    .commandsGroup('Webhooks and what they get:')
    .addCommand(webhookCommands())
    .addCommand(eventCommands())
    .addCommand(deliveryCommands())
    .addCommand(replayCommands())
    .addCommand(accountCommands())
    .commandsGroup('Be told of trouble:')
    .addCommand(channelCommands())
    .addCommand(ruleCommands())
    .addCommand(incidentCommands())
    .commandsGroup('Let people in:')
    .addCommand(keyCommands())
    .addCommand(portalLinkCommand())
    .commandsGroup('Keep it well:')
    .addCommand(sweepCommand())
    .addCommand(reconcileCommand())
    .addCommand(rollupCommand())
    .addCommand(rekeyCommand())
    .addCommand(archiveCommands())
    .addCommand(eraseCommand())
    .addCommand(taskCommands())
    .commandsGroup('Besides:')
    .helpCommand(true)
    .addCommand(completionCommand(() => program))
    .addCommand(workerProcessCommand(), { hidden: true });
  explainErrors(program);
  return program;
}

/** Says after wrong words what would fit. The nearest word is commander's own suggestion. */
function explainErrors(command: Command): void {
  const names = visibleCommands(command).map((child) => child.name());
  const words = ['posthorn', commandPath(command), '--help'].filter((word) => word !== '');
  const help = `see \`${words.join(' ')}\``;
  command.showHelpAfterError(names.length === 0 ? help : `use one of ${names.join(', ')}; ${help}`);
  for (const child of command.commands) explainErrors(child);
}
