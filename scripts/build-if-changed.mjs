// Builds dist/ where it is missing, or where something that it is made of has changed since. Installing
// builds already, so that the tests of a fresh checkout need not do it again.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** What dist/ is made of. A folder counts as changed, too, when a file in it was removed. */
const SOURCES = [
  'src',
  'dashboard',
  'prisma',
  'types',
  'scripts/build.mjs',
  'scripts/generate.mjs',
  'tsconfig.json',
  'tsconfig.build.json',
  'package-lock.json',
];

/** A file of each step of the build. */
const BUILT = ['dist/cli/main.js', 'dist/dashboard/index.html', 'dist/reference/scalar.js.gz'];

const changedAt = (path) => statSync(join(root, path)).mtimeMs;

/** When the latest of these was changed. */
function lastChange(paths) {
  return Math.max(
    ...paths.map((path) => {
      const inside = statSync(join(root, path)).isDirectory() ? readdirSync(join(root, path)) : [];
      return Math.max(changedAt(path), lastChange(inside.map((name) => join(path, name))));
    }),
  );
}

const isBuilt = BUILT.every((path) => existsSync(join(root, path)));
if (!isBuilt || lastChange(SOURCES) > Math.min(...BUILT.map(changedAt))) {
  const build = [join(root, 'scripts/build.mjs')];
  process.exit(spawnSync(process.execPath, build, { stdio: 'inherit' }).status ?? 1);
}
