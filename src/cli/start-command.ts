import type { Command } from 'commander';
import type { Logger } from 'pino';
import { startApi } from '../api/server.js';
import type { Settings } from '../config.js';
import { InvalidInputError, InvalidSettingsError } from '../domain/errors.js';
import { createLogger } from '../log.js';
import { createPosthorn, type Posthorn } from '../posthorn.js';
import { createCommand } from './command.js';
import { EXIT_FAILED } from './failure.js';
import type { OutputFlags } from './output.js';

const ROLES = ['api', 'worker', 'scheduler'] as const;

type ProcessRole = (typeof ROLES)[number];

/** What a stop may take beyond the shutdown timeout, before the process ends all the same. */
const STOP_PATIENCE_MS = 10_000;

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** `posthorn start`: one process, in the roles named, until it is told to stop. */
export function startCommand(): Command {
  return createCommand('start', 'run the API, a worker and the scheduler', start).option(
    '--roles <roles>',
    'which of them, with commas between',
    ROLES.join(','),
  );
}

async function start(flags: OutputFlags & { readonly roles: string }): Promise<void> {
  const roles = readRoles(flags.roles);
  const log = createLogger(process.env.POSTHORN_LOG_LEVEL || 'info');
  const posthorn = await createPosthorn({}, { log });
  const parts: { stop(): Promise<void> }[] = [posthorn];
  const stop = async () => {
    for (const part of parts.toReversed()) await part.stop();
  };
  try {
    endOnSignals(stop, posthorn.settings, log);
    showKeys(posthorn);
    await posthorn.start(roles.filter((role) => role !== 'api'));
    const api = await serve(posthorn, roles, log);
    if (api !== undefined) parts.push(api);
    log.info({ roles, address: api?.address, ...surroundings(posthorn) }, 'started');
  } catch (error) {
    await stop();
    throw error;
  }
}

function readRoles(text: string): ProcessRole[] {
  return text.split(',').map((name) => {
    const role = ROLES.find((known) => known === name.trim());
    if (role !== undefined) return role;
    throw new InvalidInputError(
      `role ${JSON.stringify(name)} does not fit: use ${ROLES.join(', ')}`,
    );
  });
}

/** The API in the api role; in the others its health routes alone, where a port is set for them. */
async function serve(posthorn: Posthorn, roles: readonly ProcessRole[], log: Logger) {
  const { host, port, healthPort } = posthorn.settings;
  const { apiKey } = posthorn.installation;
  if (!roles.includes('api')) {
    if (healthPort === undefined) return undefined;
    const options = { posthorn, log, routes: 'health', host, port: healthPort } as const;
    return startApi(options).catch((cause) =>
      refuse(cause, 'POSTHORN_HEALTH_PORT', host, healthPort),
    );
  }
  if (apiKey === undefined) {
    throw new InvalidSettingsError(
      'POSTHORN_API_KEY is needed in the api role: at least 16 characters',
      {
        hint: 'make one with: openssl rand -base64 32',
      },
    );
  }
  const options = { posthorn, log, routes: 'all', apiKey, host, port } as const;
  return startApi(options).catch((cause) => refuse(cause, 'PORT', host, port));
}

function refuse(cause: unknown, setting: string, host: string, port: number): never {
  throw new InvalidSettingsError(
    `can't listen on ${host}, port ${port}: ${cause instanceof Error ? cause.message : cause}`,
    { hint: `set ${setting} (or HOST) to an address that is free`, cause },
  );
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

/** The first signal stops in order; a second one, or a stop that takes too long, ends at once. */
function endOnSignals(stop: () => Promise<void>, settings: Settings, log: Logger): void {
  let stopping = false;
  const end = async (code: number) => {
    setTimeout(() => {
      log.fatal('the stop took too long');
      process.exit(EXIT_FAILED);
    }, settings.shutdownTimeout + STOP_PATIENCE_MS).unref();
    try {
      await stop();
    } catch (error) {
      log.fatal({ error }, 'the stop failed');
      process.exit(EXIT_FAILED);
    }
    log.info('stopped');
    process.exit(code);
  };
  const once = (code: number) => {
    if (stopping) return;
    stopping = true;
    void end(code);
  };
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      if (stopping) process.exit(code);
      log.info({ signal }, 'stopping');
      once(0);
    });
  }
  for (const fault of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(fault, (error) => {
      log.fatal({ error }, fault);
      once(EXIT_FAILED);
    });
  }
}
