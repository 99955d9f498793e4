import { Argument, type Command } from 'commander';
import { createCommand } from './command.js';
import { bashScript } from './completion/bash.js';
import { fishScript } from './completion/fish.js';
import { completionWords } from './completion/words.js';
import { zshScript } from './completion/zsh.js';
import { type OutputFlags, print } from './output.js';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

type Shell = keyof typeof SCRIPTS;

/**
 * `posthorn completion`: prints the script by which a shell completes commands, options and their choices.
 *
 * @param program the whole command line, once it is made
 */
export function completionCommand(program: () => Command): Command {
  const description = 'print the script by which a shell completes posthorn';
  const shell = new Argument('<shell>', 'which shell').choices(Object.keys(SCRIPTS));
  return createCommand('completion', description, (flags: OutputFlags, name: Shell) => {
    return completion(flags, name, program());
  }).addArgument(shell);
}

async function completion(flags: OutputFlags, shell: Shell, program: Command): Promise<void> {
  const script = SCRIPTS[shell](completionWords(program));
  print(flags, { shell, script }, () => script);
}
