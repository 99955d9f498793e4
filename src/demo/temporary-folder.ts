import { rmSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Later } from './teardown.js';

const REMOVAL = { recursive: true, force: true, maxRetries: 5 } as const;

/** Makes the folder that the demo lives in, and removes it even where the process ends out of turn. */
export async function makeTemporaryFolder(later: Later): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'posthorn-demo-'));
  const onExit = () => rmSync(path, REMOVAL);
  process.once('exit', onExit);
  later(async () => {
    await rm(path, REMOVAL);
    process.removeListener('exit', onExit);
  });
  // Started by root, PostgreSQL runs as another user, who has to come through; what is secret inside has
  // a mode of its own.
  await chmod(path, 0o711);
  return path;
}
