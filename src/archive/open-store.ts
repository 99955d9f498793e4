import type { Settings } from '../config.js';
import type { ArchiveStore } from './archive-store.js';
import { createFolderStore } from './folder-store.js';

/** Opens the store of `POSTHORN_ARCHIVE`; undefined where it is not set. */
export async function openArchiveStore(
  settings: Pick<Settings, 'archive' | 's3Endpoint' | 's3Region'>,
): Promise<ArchiveStore | undefined> {
  const { archive, s3Endpoint, s3Region } = settings;
  if (archive === '') return undefined;
  const s3 = /^s3:\/\/([^/]+)\/?(.*)$/.exec(archive);
  if (s3 === null) return createFolderStore(archive);
  const [, bucket = '', prefix = ''] = s3;
  // Only here, because it is large, and most installations have none.
  const { createS3Store } = await import('./s3-store.js');
  return createS3Store({ bucket, prefix, endpoint: s3Endpoint, region: s3Region });
}
