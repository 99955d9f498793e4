import type { Command } from 'commander';
import { createProgram } from '../../src/cli/program.js';

const program = createProgram();

/** `posthorn`, `npx posthorn` or `npm run posthorn --`, where a command begins, and its words. */
const COMMANDS =
  /(?:^|[|;&(]\s*)(?:npx |npm run (?:--silent )?)?posthorn(?: --(?= ))? ([^|;&#)\n]+)/gm;

/** What is wrong with the commands of Posthorn in a script: subcommands and options that there are not. */
export function unknownWords(script: string): string[] {
  const quoted = /'[^']*'|"[^"]*"/g;
  const joined = script.replaceAll('\\\n', ' ').replaceAll(quoted, 'TEXT');
  return [...joined.matchAll(COMMANDS)].flatMap(([, words = '']) => unknownOf(words));
}

function unknownOf(text: string): string[] {
  const words = text.trim().split(/\s+/);
  let command: Command = program;
  while (command.commands.length > 0) {
    const name = words.shift() ?? '';
    const next = command.commands.find((each) => each.name() === name);
    if (next === undefined) return [`no command ${name} in ${text.trim()}`];
    command = next;
  }
  const { options } = command;
  const given = words.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0]);
  return given
    .filter((word) => !options.some(({ long, short }) => word === long || word === short))
    .map((word) => `no option ${word} of ${command.name()}`);
}
