import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  const inDataDir = { clusterDir: join(dataDir, 'postgres'), binariesDir: dataDir };
  if (account === undefined) return inDataDir;

  const system = await systemDir();
  const key = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  const elsewhere = { clusterDir: join(system, key, 'postgres'), binariesDir: system };
  if (!existsSync(elsewhere.clusterDir) && canReach(dataDir, account)) {
    return { ...inDataDir, binariesDir: system };
  }
  await mkdir(join(system, key), { recursive: true, mode: 0o755 });
  log(
    `the user that runs PostgreSQL can't reach ${dataDir}: its data is in ${elsewhere.clusterDir}`,
  );
  return elsewhere;
}

/** A directory that outlasts a reboot where there is one to write to. */
async function systemDir(): Promise<string> {
  for (const parent of ['/var/lib', tmpdir()]) {
    const directory = join(parent, 'posthorn');
    try {
      await mkdir(directory, { recursive: true, mode: 0o755 });
      return directory;
    } catch {
      // Read-only, as in some containers: the next one.
    }
  }
  return tmpdir();
}

function canReach(directory: string, account: EmbeddedAccount): boolean {
  return spawnSync('test', ['-x', directory], { ...account, cwd: '/' }).status === 0;
}
