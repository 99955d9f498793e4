import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { EmbeddedPostgresError } from '../domain/errors.js';
import { createOnce } from './create-once.js';
import { embeddedAccount } from './embedded-account.js';
import { findBinaries } from './embedded-binaries.js';
import {
  EMBEDDED_USER,
  findServer,
  isAlive,
  lastLog,
  makeCluster,
  type StartedServer,
  startServer,
} from './embedded-cluster.js';
import { choosePlace } from './embedded-place.js';

/** A PostgreSQL of Posthorn's own, running. */
export interface EmbeddedPostgres {
  readonly databaseUrl: string;
  /** True where this process has it, and stops it; false where another process has. */
  readonly owner: boolean;
  /** Stops it, where this process has it. May be called twice. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** The data directory; its `postgres` folder holds the cluster. */
  readonly dataDir: string;
  /** Told where things are kept, should they not be in the data directory. */
  readonly log?: ((message: string) => void) | undefined;
  /** Further server parameters, like `max_connections`. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
}

/** How long a server may take until it answers, recovery after a crash included. */
const START_PATIENCE_MS = 60_000;

/** How often a start is tried that ends at once, as it does where the port was taken in between. */
const MOST_STARTS = 5;

/** Holds the process ids of the owner and of the server. */
const OWNER_FILE = 'postgres-owner';

const STOP_PATIENCE_MS = 30_000;

/**
 * Starts the PostgreSQL of a data directory, or joins the one that another process runs there. Its port is
 * a free one, its password is kept in the data directory. Throws `EmbeddedPostgresError`.
 */
export async function openEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { log = () => undefined, parameters = {} } = options;
  const dataDir = resolve(options.dataDir);
  const account = embeddedAccount();
  await mkdir(dataDir, { recursive: true });
  const { clusterDir, binariesDir } = await choosePlace(dataDir, account, log);
  const { content: password } = await createOnce(
    join(dataDir, 'postgres-password'),
    randomBytes(24).toString('base64url'),
  );

  let running = await findServer(clusterDir);
  let started: StartedServer | undefined;
  let starts = 0;
  for (const giveUpAt = Date.now() + START_PATIENCE_MS; Date.now() < giveUpAt; await sleep(25)) {
    if (running !== undefined) {
      const url = `postgresql://${EMBEDDED_USER}:${password}@127.0.0.1:${running.port}/postgres`;
      if (await answers(url)) {
        const mine = started?.pid === running.pid;
        return mine ? ownServer(dataDir, url, running.pid) : joinServer(dataDir, url, running.pid);
      }
    } else if (started === undefined || started.exited()) {
      if (starts === MOST_STARTS) break;
      starts += 1;
      const binaries = await findBinaries({ account, copyDir: binariesDir, log });
      await makeCluster({ clusterDir, password, binaries, account });
      const port = await freePort();
      started = await startServer({ clusterDir, port, binaries, account, parameters });
    }
    running = await findServer(clusterDir);
  }
  throw new EmbeddedPostgresError(
    `the embedded PostgreSQL in ${clusterDir} did not start: ${await lastLog(clusterDir)}`,
    {
      hint: 'see postgres.log beside that folder, or set DATABASE_URL to a PostgreSQL of your own',
    },
  );
}

async function answers(databaseUrl: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    // Not yet: it is starting, or recovering.
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Joins a running server; has it from then on where its owner is dead, as after a crash. */
async function joinServer(
  dataDir: string,
  databaseUrl: string,
  pid: number,
): Promise<EmbeddedPostgres> {
  const text = await readFile(join(dataDir, OWNER_FILE), 'utf8').catch(() => '');
  const [ownerPid, serverPid] = text.split(' ').map(Number);
  const owned = ownerPid && serverPid === pid && isAlive(ownerPid);
  if (!owned) return ownServer(dataDir, databaseUrl, pid);
  return { databaseUrl, owner: false, stop: async () => undefined };
}

/** Takes charge of a running server: it ends with this process, however that ends short of a kill. */
async function ownServer(
  dataDir: string,
  databaseUrl: string,
  pid: number,
): Promise<EmbeddedPostgres> {
  await writeFile(join(dataDir, OWNER_FILE), `${process.pid} ${pid}`);
  const onExit = () => kill(pid, 'SIGINT');
  process.once('exit', onExit);
  let stopped: Promise<void> | undefined;
  return {
    databaseUrl,
    owner: true,
    stop() {
      stopped ??= stopServer(pid).finally(() => process.removeListener('exit', onExit));
      return stopped;
    },
  };
}

/** A fast shutdown: connections are closed, everything is written. */
async function stopServer(pid: number): Promise<void> {
  kill(pid, 'SIGINT');
  for (const giveUpAt = Date.now() + STOP_PATIENCE_MS; isAlive(pid); await sleep(20)) {
    if (Date.now() > giveUpAt) return kill(pid, 'SIGQUIT');
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
