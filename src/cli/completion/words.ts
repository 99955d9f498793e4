import type { Command } from 'commander';
import { commandPath, visibleCommands } from '../command-tree.js';

/** Something that a shell can complete, and what it means. */
export interface Word {
  readonly text: string;
  readonly meaning: string;
}

/** An option, by its long name. */
export interface OptionWord extends Word {
  /** What follows it: nothing, one of some values, a file, or anything else. */
  readonly value: 'none' | 'file' | 'other' | readonly string[];
}

/** What can follow one command. */
export interface CommandWords {
  /** Like `webhook list`; empty for `posthorn` alone. */
  readonly path: string;
  /** The commands under it, or the values that its first argument can have. */
  readonly words: readonly Word[];
  readonly options: readonly OptionWord[];
  readonly takesFile: boolean;
}

/** Every command with what can follow it, from the command line as it is. */
export function completionWords(command: Command): readonly CommandWords[] {
  const children = visibleCommands(command);
  const [argument] = command.registeredArguments;
  const own: CommandWords = {
    path: commandPath(command),
    words: [
      ...children.map((child) => ({ text: child.name(), meaning: child.description() })),
      ...(argument?.argChoices ?? []).map((text) => ({ text, meaning: argument?.name() ?? '' })),
    ],
    options: command.createHelp().visibleOptions(command).flatMap(optionWord),
    takesFile: argument?.name() === 'path',
  };
  return [own, ...children.flatMap(completionWords)];
}

function optionWord(option: {
  long?: string;
  flags: string;
  description: string;
  required: boolean;
  optional: boolean;
  argChoices?: readonly string[];
}): OptionWord[] {
  const { long, flags, description: meaning, argChoices } = option;
  if (long === undefined) return [];
  const takesValue = option.required || option.optional;
  const other = flags.includes('<path>') ? 'file' : 'other';
  return [{ text: long, meaning, value: takesValue ? (argChoices ?? other) : 'none' }];
}
