// Builds dist/: the Prisma client first, because the sources import it, then the compiler, the dashboard, and
// the viewer of the API's reference.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, gzipSync } from 'node:zlib';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);

/** Runs one Node script from the project's root and ends the build where it fails. */
function run(script, args) {
  const { status } = spawnSync(process.execPath, [script, ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

run(join(root, 'scripts/generate.mjs'), []);
rmSync(join(root, 'dist'), { recursive: true, force: true });
run(join(dirname(require.resolve('typescript/package.json')), 'bin/tsc'), [
  '-p',
  'tsconfig.build.json',
]);
run(join(dirname(require.resolve('vite/package.json')), 'bin/vite.js'), [
  'build',
  '--config',
  'dashboard/vite.config.ts',
  '--logLevel',
  'warn',
]);
chmodSync(join(root, 'dist/cli/main.js'), 0o755);

buildReference();

/** Writes the viewer of the API's reference: of its package one file, as browsers take it. */
function buildReference() {
  const viewer = join(dirname(require.resolve('@scalar/fastify-api-reference')), '..');
  const folder = join(root, 'dist/reference');
  // It asks whether it may compile code, which the page's policy forbids, and browsers report that it asked.
  const asks = 'return new Function(""),!0';
  const [before, after, ...more] = readFileSync(
    join(viewer, 'dist/js/standalone.js'),
    'utf8',
  ).split(asks);
  if (after === undefined || more.length > 0) {
    throw new Error('the viewer asks otherwise than before whether it may compile code');
  }
  const file = `${before}return!1${after}`;
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'scalar.js.gz'),
    gzipSync(file, { level: constants.Z_BEST_COMPRESSION }),
  );
  copyFileSync(join(viewer, 'LICENSE'), join(folder, 'LICENSE'));
}
