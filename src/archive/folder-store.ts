import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ArchiveStore } from './archive-store.js';

/** The end of a name that a file has until it is whole. */
const DRAFT = '.part';

/** Keeps an archive in a folder. A file is written and synced under another name, then renamed. */
export function createFolderStore(folder: string): ArchiveStore {
  const root = resolve(folder);

  return {
    location: root,
    async put(name, content) {
      const path = join(root, name);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const draft = `${path}.${randomUUID()}${DRAFT}`;
      try {
        await pipeline(content, createWriteStream(draft, { mode: 0o600, flags: 'wx' }));
        await sync(draft);
        await rename(draft, path);
        await sync(dirname(path));
      } finally {
        await rm(draft, { force: true });
      }
    },
    async get(name) {
      const handle = await open(join(root, name));
      return createReadStream('', { fd: handle });
    },
    async list() {
      const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(absent);
      return entries
        .filter((entry) => entry.isFile() && !entry.name.endsWith(DRAFT))
        .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
        .toSorted();
    },
    delete: (name) => rm(join(root, name), { force: true }),
  };
}

/** A folder that was never written to holds nothing. */
function absent(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

/** Makes what was written to a file or a folder survive a power failure. */
async function sync(path: string): Promise<void> {
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
