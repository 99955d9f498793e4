import type { Command } from 'commander';

/** A command with the names of those that it is under, like `webhook list`; empty for the whole. */
export function commandPath(command: Command): string {
  const { parent } = command;
  return parent === null ? '' : `${commandPath(parent)} ${command.name()}`.trim();
}

/** The commands that are under a command and shown to people. */
export function visibleCommands(command: Command): Command[] {
  const visible = command.createHelp().visibleCommands(command);
  return visible.filter((child) => child.name() !== 'help');
}

/** The commands in other places that have the name which the message of an error says is unknown. */
export function namesakes(program: Command, message: string): readonly string[] {
  const [, name] = /unknown command '([^']+)'/.exec(message) ?? [];
  const find = (command: Command): string[] => {
    const own = command.name() === name ? [`\`posthorn ${commandPath(command)}\``] : [];
    return [...own, ...visibleCommands(command).flatMap(find)];
  };
  return name === undefined ? [] : visibleCommands(program).flatMap(find);
}
