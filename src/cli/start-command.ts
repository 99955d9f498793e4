import type { Command } from 'commander';
import { readSettings, settingsInForce } from '../config.js';
import { createLogger } from '../log.js';
import { createPosthorn, type Posthorn } from '../posthorn.js';
import { createCommand } from './command.js';
import type { OutputFlags } from './output.js';
import { endOnSignals, prepareEnd, STOP_PATIENCE_MS } from './process-end.js';
import { checkProcesses, parseProcesses, ROLES, readRoles } from './start-flags.js';
import { createWorkerProcesses } from './worker-processes.js';

interface StartFlags extends OutputFlags {
  readonly roles: string;
  readonly processes: number;
}

/** `posthorn start`: a process in the roles named, and further workers beside it, until it is told to stop. */
export function startCommand(): Command {
  return createCommand('start', 'run the API, a worker and the scheduler', start)
    .option('--roles <roles>', 'which of them, with commas between', ROLES.join(','))
    .option('--processes <number>', 'how many worker processes, or auto', parseProcesses, 1);
}

async function start({ roles: text, processes }: StartFlags): Promise<void> {
  const roles = readRoles(text);
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
    showKeys(posthorn);
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
    workers.start();
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Shows the API key that was made just now; it is kept, and never shown again. */
function showKeys({ installation, settings }: Posthorn): void {
  if (!installation.madeKeys) return;
  process.stdout.write(
    `API key, shown this once (kept in ${settings.dataDir}/keys.json): ${installation.apiKey}\n`,
  );
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
