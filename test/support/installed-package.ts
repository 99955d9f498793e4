import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TARBALL = 'posthorn.tgz';

/** Half of all bytes: Prisma's compilers for databases that the ledger is not in. */
const UNUSED = /query_compiler_.+\.(cockroachdb|mysql|sqlite|sqlserver)\./;

/** The package as npm packed it from what was built, and as npm installed it into another project. */
export interface InstalledPackage {
  /** The other project's folder. */
  readonly folder: string;
  readonly tarball: {
    readonly bytes: number;
    readonly files: readonly { readonly path: string; readonly mode: number }[];
  };
  /** Lets the project use a development dependency of the checkout. */
  link(name: string): Promise<void>;
  remove(): Promise<void>;
}

interface LockedPackage {
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly optional?: boolean;
}

interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

/**
 * Packs and installs. It is a real `npm install` of the tarball, but needs no registry: what the package
 * depends on is copied from the checkout's node_modules first, under a lock file that says the same, so
 * that npm finds everything there but the package itself. A dependency that package.json does not declare
 * is not copied; the embedded PostgreSQL, which is optional, is left out.
 */
export async function installPackage(): Promise<InstalledPackage> {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-consumer-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const tarball = await pack(folder);
    await copyDependencies(folder);
    const flags = ['--offline', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund'];
    await npm(folder, ['install', ...flags, '--cache', join(folder, '.npm')]);
    const link = (name: string) =>
      symlink(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
    return { folder, tarball, link, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Runs npm without what an npm around the tests set for its own scripts. */
function npm(cwd: string, args: readonly string[]) {
  const environment = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  return run('npm', args, { cwd, env: Object.fromEntries(environment) });
}

/** Packs a copy of the checkout: some npm build before they pack, whatever they are told. */
async function pack(folder: string): Promise<InstalledPackage['tarball']> {
  const copy = join(folder, 'checkout');
  const others = /[/\\](node_modules|\.git|\.posthorn)$/;
  await cp(ROOT, copy, { recursive: true, filter: (path) => !others.test(path) });
  const manifest = JSON.parse(await readFile(join(copy, 'package.json'), 'utf8'));
  delete manifest.scripts.prepare;
  await writeFile(join(copy, 'package.json'), JSON.stringify(manifest));

  const { stdout } = await npm(copy, ['pack', '--json', '--pack-destination', folder]);
  const [packed] = JSON.parse(stdout) as [
    { filename: string; size: number; files: InstalledPackage['tarball']['files'] },
  ];
  await rename(join(folder, packed.filename), join(folder, TARBALL));
  await rm(copy, { recursive: true });
  return { bytes: packed.size, files: packed.files };
}

async function copyDependencies(folder: string): Promise<void> {
  const { packages } = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
  const needed = Object.entries(packages).filter(
    ([path, { dev, devOptional, optional }]) => path !== '' && !dev && !devOptional && !optional,
  );
  for (const [path] of needed) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await cp(join(ROOT, path), join(folder, path), {
      recursive: true,
      filter: (file) => !UNUSED.test(file),
    });
  }
  // npm installs anew what lacks its command.
  const commands = join('node_modules', '.bin');
  await cp(join(ROOT, commands), join(folder, commands), {
    recursive: true,
    verbatimSymlinks: true,
  });

  const project = { name: 'consumer', dependencies: { posthorn: `file:${TARBALL}` } };
  const {
    devDependencies: _,
    optionalDependencies: __,
    ...locked
  } = packages[''] as Record<string, unknown>;
  const lock = {
    name: project.name,
    lockfileVersion: 3,
    packages: {
      '': project,
      ...Object.fromEntries(needed),
      'node_modules/posthorn': { ...locked, resolved: `file:${TARBALL}` },
    },
  };
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify(lock));
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ ...project, private: true, type: 'module' }),
  );
}
