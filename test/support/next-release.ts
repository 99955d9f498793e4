import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Makes a later release out of what was built: the same in all but its job format, whose version is one
 * higher. Removed when the test has finished.
 *
 * @returns the path of its command line
 */
export async function makeNextRelease(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-next-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const part of ['dist', 'prisma', 'package.json']) {
    await cp(join(ROOT, part), join(folder, part), { recursive: true });
  }
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
  const path = join(folder, 'dist', 'queue', 'delivery-job.js');
  const present = await readFile(path, 'utf8');
  const raised = present.replace(/(JOB_VERSION = )(\d+)/, (_, name, version) => {
    return `${name}${Number(version) + 1}`;
  });
  if (raised === present) throw new Error('dist/queue/delivery-job.js names no JOB_VERSION');
  await writeFile(path, raised);
  return join(folder, 'dist', 'cli', 'main.js');
}
