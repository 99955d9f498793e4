// Builds dist/: the Prisma client first, because the sources import it, then the compiler, then the dashboard.
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

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
