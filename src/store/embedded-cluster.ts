import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { EmbeddedAccount } from './embedded-account.js';
import type { EmbeddedBinaries } from './embedded-binaries.js';

/** The superuser of an embedded cluster. */
export const EMBEDDED_USER = 'postgres';

/**
 * Makes the cluster where there is none. It is made beside its place and moved there whole, so that of two
 * processes that do so at the same time one wins, and a crash leaves no half of one.
 */
export async function makeCluster(options: {
  clusterDir: string;
  password: string;
  binaries: EmbeddedBinaries;
  account: EmbeddedAccount | undefined;
}): Promise<void> {
  const { clusterDir, password, binaries, account } = options;
  if (existsSync(clusterDir)) return;
  const draft = await mkdtemp(`${clusterDir}-`);
  const passwordFile = `${draft}.password`;
  try {
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (account !== undefined) {
      for (const path of [draft, passwordFile]) await chown(path, account.uid, account.gid);
    }
    const settings = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C'];
    await promisify(execFile)(
      binaries.initdb,
      [`--pgdata=${draft}`, `--username=${EMBEDDED_USER}`, `--pwfile=${passwordFile}`, ...settings],
      { ...account, cwd: '/' },
    );
    await rename(draft, clusterDir);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(clusterDir)) throw error;
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** A PostgreSQL process that was started. */
export interface StartedServer {
  readonly pid: number | undefined;
  /** True once it has exited, as it does at once where another has the cluster or the port. */
  exited(): boolean;
}

/** Starts a server on 127.0.0.1 alone. It logs to `postgres.log` beside the cluster. */
export async function startServer(options: {
  clusterDir: string;
  port: number;
  binaries: EmbeddedBinaries;
  account: EmbeddedAccount | undefined;
  parameters: Readonly<Record<string, string>>;
}): Promise<StartedServer> {
  const { clusterDir, port, binaries, account, parameters } = options;
  const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...parameters };
  const logFile = await open(logPath(clusterDir), 'a', 0o600);
  const child = spawn(
    binaries.postgres,
    ['-D', clusterDir, '-p', String(port)].concat(
      Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ),
    // A process group of its own: Ctrl-C in a terminal is for us, who then stop it in our own order.
    { ...account, cwd: '/', detached: true, stdio: ['ignore', logFile.fd, logFile.fd] },
  );
  let exited = false;
  child.once('exit', () => {
    exited = true;
  });
  child.once('error', () => {
    exited = true;
  });
  child.unref();
  await logFile.close();
  return { pid: child.pid, exited: () => exited };
}

/** The last lines that the server wrote. */
export async function lastLog(clusterDir: string): Promise<string> {
  const text = await readFile(logPath(clusterDir), 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-5).join('\n');
}

function logPath(clusterDir: string): string {
  return join(dirname(clusterDir), 'postgres.log');
}

/** The server that has the cluster now, as its own lock file says; undefined where none is alive. */
export async function findServer(
  clusterDir: string,
): Promise<{ readonly pid: number; readonly port: number } | undefined> {
  const text = await readFile(join(clusterDir, 'postmaster.pid'), 'utf8').catch(() => '');
  // https://www.postgresql.org/docs/current/storage-file-layout.html: the pid first, the port fourth
  const [pid, , , port] = text.split('\n').map(Number);
  if (!pid || !port || !isAlive(pid)) return undefined;
  return { pid, port };
}

/** True while a process with that id exists, whoever's it is. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
