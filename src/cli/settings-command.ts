import type { Command } from 'commander';
import { createCommand, withPosthorn } from './command.js';
import { type OutputFlags, pairs, print, table } from './output.js';

/** `posthorn settings`: the settings in force here, and what the installation is made of. */
export function settingsCommand(): Command {
  const description = 'show the settings in force, and what the installation is made of';
  return createCommand('settings', description, settings).option(
    '--given',
    'only settings that were given',
  );
}

async function settings(flags: OutputFlags & { readonly given?: boolean }): Promise<void> {
  const found = await withPosthorn(({ surroundings }) => surroundings.read());
  const shown = found.settings.filter(({ given }) => given || !flags.given);
  print(flags, { ...found, settings: shown }, () => {
    const { postgres, queue } = found;
    const nodes = queue.nodes.map(({ node, ...state }) => {
      return 'version' in state ? `${node} (${state.version})` : `${node}: ${state.fault}`;
    });
    const about = pairs([
      ['version', `${found.version}, Node ${found.process.node} on ${found.process.platform}`],
      ['PostgreSQL', `${postgres.version}, ${postgres.embedded ? 'in' : 'at'} ${postgres.place}`],
      ['queue', queue.kind === 'redis' ? `Redis ${nodes.join(', ')}` : 'PostgreSQL'],
      ['shards', String(queue.shards)],
      ['migrations', `${found.migrations.length} applied`],
    ]);
    if (shown.length === 0) return `${about}\n\nno setting was given: each has its default`;
    const rows = shown.map(({ name, value, given, meaning }) => [
      name,
      value ?? '',
      given ? 'given' : 'default',
      meaning,
    ]);
    return `${about}\n\n${table(['setting', 'value', 'from', 'meaning'], rows)}`;
  });
}
