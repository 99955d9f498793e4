import { type Command, Option } from 'commander';
import { readSettings, settingsInForce } from '../config.js';
import { createLogger } from '../log.js';
import { createPosthorn, type Posthorn } from '../posthorn.js';
import { createCommand } from './command.js';
import { entranceText, findEntrance } from './entrance.js';
import { type OutputFlags, print } from './output.js';
import { endOnSignals, prepareEnd, STOP_PATIENCE_MS } from './process-end.js';
import {
  checkProcesses,
  type ProcessRole,
  parseProcesses,
  parseRoles,
  ROLES,
} from './start-flags.js';
import { createWorkerProcesses } from './worker-processes.js';

interface StartFlags extends OutputFlags {
  readonly roles: readonly ProcessRole[];
  readonly processes: number;
}

/** `posthorn start`: a process in the roles named, and further workers beside it, until it is told to stop. */
export function startCommand(): Command {
  return createCommand('start', 'run the API, a worker and the scheduler', start)
    .addOption(
      new Option('--roles <roles>', 'which of them, with commas between')
        .argParser(parseRoles)
        .default(ROLES, ROLES.join(',')),
    )
    .option('--processes <number>', 'how many worker processes, or auto', parseProcesses, 1);
}

async function start(flags: StartFlags): Promise<void> {
  const { roles, processes } = flags;
  checkProcesses(processes, roles, readSettings());
  const log = createLogger(process.env.POSTHORN_LOG_LEVEL || 'info');
  const posthorn = await createPosthorn({}, { log });
  const { settings } = posthorn;
  const stopLimitMs = settings.shutdownTimeout + STOP_PATIENCE_MS;
  const workers = createWorkerProcesses({ count: processes - 1, stopLimitMs, log });
  const parts: { stop(): Promise<void> }[] = [posthorn];
  const stop = async () => {
    const workersStopped = workers.stop();
    // An embedded PostgreSQL ends with this process's Posthorn; the workers commit to it until they end.
    if (posthorn.installation.embedded) await workersStopped;
    try {
      for (const part of parts.toReversed()) await part.stop();
    } finally {
      await workersStopped;
    }
  };
  try {
    endOnSignals(prepareEnd({ stop, settings, log }));
    posthorn.metrics.watchProcess();
    if (processes > 1) {
      posthorn.metrics.nameProcess('0');
      posthorn.metrics.joinProcesses(workers.metrics);
    }
    await posthorn.start(roles.filter((role) => role !== 'api'));
    // Only here, so that the other commands start quickly.
    const { serve } = await import('./serve.js');
    const api = await serve(posthorn, roles, log);
    if (api !== undefined) parts.push(api);
    const { address } = api ?? {};
    const line = { roles, processes, address, ...surroundings(posthorn) };
    log.info({ ...line, settings: settingsGiven() }, 'started');
    if (address !== undefined && roles.includes('api')) showEntrance(posthorn, address, flags);
    workers.start();
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Says where to look, to whoever starts it at a terminal or without a database; elsewhere the log says all. */
function showEntrance(posthorn: Posthorn, address: string, flags: OutputFlags): void {
  if (process.stdout.isTTY !== true && !posthorn.installation.embedded) return;
  const entrance = findEntrance(posthorn, address);
  print(flags, entrance, () => `\n${entranceText(entrance)}\n`);
}

/** What it runs on, without a credential. */
function surroundings({ settings, installation }: Posthorn) {
  const nodes = settings.redisUrl?.map((node) => new URL(node).host).join(',');
  return {
    postgres: installation.embedded
      ? `embedded in ${settings.dataDir}`
      : new URL(installation.databaseUrl).host,
    queue: nodes === undefined ? 'PostgreSQL' : `Redis ${nodes}`,
  };
}

/** The settings that were given, less those that are secret. */
function settingsGiven(): Readonly<Record<string, string | null>> {
  const given = settingsInForce().filter((setting) => setting.given && !setting.secret);
  return Object.fromEntries(given.map(({ name, value }) => [name, value]));
}
