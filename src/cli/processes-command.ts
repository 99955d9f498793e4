import type { Command } from 'commander';
import { createCommand, withPosthorn } from './command.js';
import { type OutputFlags, print, table, time } from './output.js';

/** `posthorn processes`: which processes are at work. */
export function processesCommand(): Command {
  return createCommand('processes', 'list the processes at work', processes);
}

async function processes(flags: OutputFlags): Promise<void> {
  const data = await withPosthorn((posthorn) => posthorn.processes.list());
  print(flags, { data }, () => {
    if (data.length === 0) return 'no process was seen within an hour';
    const rows = data.map(({ id, roles, host, pid, version, inFlight, seenAt, alive }) => [
      id,
      roles.join(', '),
      `${host} ${pid}`,
      version,
      String(inFlight),
      alive ? 'alive' : `last seen ${time(seenAt)}`,
    ]);
    return table(['id', 'roles', 'host and pid', 'version', 'in flight', 'state'], rows);
  });
}
