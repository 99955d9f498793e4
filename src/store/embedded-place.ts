import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgresError } from '../domain/errors.js';
import type { EmbeddedAccount } from './embedded-account.js';

/** Where the embedded PostgreSQL is kept. */
export interface EmbeddedPlace {
  /** The data cluster. */
  readonly clusterDir: string;
  /** Where a copy of the binaries goes, should one be needed. */
  readonly binariesDir: string;
}

/**
 * The cluster is in the data directory. Only where the account can't get there (root's, in a home of mode
 * 0700, say) it is in a directory of the system's, one for each data directory, and the log says so.
 *
 * @param dataDir an absolute path
 */
export async function choosePlace(
  dataDir: string,
  account: EmbeddedAccount | undefined,
  log: (message: string) => void,
): Promise<EmbeddedPlace> {
  await mkdir(dataDir, { recursive: true });
  const clusterDir = join(dataDir, 'postgres');
  if (account === undefined) {
    const cache = join(homedir(), '.cache');
    return { clusterDir, binariesDir: await ownDirectory([cache, dataDir]) };
  }
  const system = await ownDirectory(['/var/lib', dataDir]);
  const key = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  const elsewhere = { clusterDir: join(system, key, 'postgres'), binariesDir: system };
  if (!existsSync(elsewhere.clusterDir) && canReach(dataDir, account)) {
    return { clusterDir, binariesDir: system };
  }
  await mkdir(join(system, key), { recursive: true });
  await chmod(join(system, key), 0o755);
  log(
    `the user that runs PostgreSQL can't reach ${dataDir}: its data is in ${elsewhere.clusterDir}`,
  );
  return elsewhere;
}

/** A directory of ours in the first of these that can be written to, as not all can in a container. */
async function ownDirectory(parents: readonly string[]): Promise<string> {
  for (const parent of parents) {
    const directory = join(parent, 'posthorn');
    try {
      await mkdir(directory, { recursive: true });
      // Whatever the umask: another user runs what is in it.
      await chmod(directory, 0o755);
      return directory;
    } catch {
      // Read-only: the next one.
    }
  }
  throw new EmbeddedPostgresError(`none of ${parents.join(', ')} can be written to`, {
    hint: 'set DATABASE_URL to a PostgreSQL of your own',
  });
}

function canReach(directory: string, account: EmbeddedAccount): boolean {
  return spawnSync('test', ['-x', directory], { ...account, cwd: '/' }).status === 0;
}
