import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';

/**
 * Writes a file for its owner's eyes only, unless it is there already. Of several processes that do so at
 * the same time one wins, and none ever reads half a file.
 *
 * @returns what the file holds, and whether this call wrote it
 */
export async function createOnce(
  path: string,
  content: string,
): Promise<{ readonly content: string; readonly made: boolean }> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, content, { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, path);
    return { content, made: true };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    return { content: await readFile(path, 'utf8'), made: false };
  } finally {
    await rm(draft, { force: true });
  }
}
