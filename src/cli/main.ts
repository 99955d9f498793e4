#!/usr/bin/env node
import type { Command } from 'commander';
import { namesakes } from './command-tree.js';
import { EXIT_USAGE, printError } from './failure.js';
import { createProgram } from './program.js';

const program = createProgram();

/** Wrong words exit with 2, in every command, and are said in the form that was asked for. */
function exitWithUsage(command: Command): void {
  const json = process.argv.includes('--json');
  if (json) command.configureOutput({ writeErr: () => undefined });
  command.exitOverride(({ exitCode, message }) => {
    if (exitCode === 0) process.exit(0);
    const elsewhere = namesakes(program, message);
    const hint = elsewhere.length === 0 ? undefined : `there is ${elsewhere.join(', ')}`;
    if (json) printError({ code: 'wrong_words', message: message.replace(/^error: /, ''), hint });
    else if (hint !== undefined) process.stderr.write(`${hint}\n`);
    process.exit(EXIT_USAGE);
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
