import { ConflictError, NotFoundError } from '../domain/errors.js';
import type { OnProgress } from '../domain/progress.js';
import { writeArchivedRows } from '../store/archived-rows.js';
import type { Ledger } from '../store/ledger.js';
import { makePartitions } from '../store/partitions.js';
import type { ArchiveStore } from './archive-store.js';
import { parseDay } from './day.js';
import { faultOfDay, readDay, readManifestsOf } from './day-files.js';
import { keepRestored } from './restored-days.js';

/** Rows written back at once. */
const PAGE = 1_000;

/**
 * Brings a day back into the tables until a time. Throws `NotFoundError` where it is not archived, and
 * `ConflictError` where its files are damaged: then nothing was written.
 *
 * @returns how many rows were written
 */
export async function restoreDay(options: {
  ledger: Ledger;
  source: ArchiveStore;
  day: string;
  until: Date;
  onProgress: OnProgress;
}): Promise<number> {
  const { ledger, source, day, until, onProgress } = options;
  const at = parseDay(day);
  const manifests = await readManifestsOf(source, day);
  if (manifests.length === 0) throw new NotFoundError(`${day} is not archived`);
  for (const manifest of manifests) {
    const fault = await faultOfDay(source, manifest);
    if (fault !== null) throw new ConflictError(`${manifest.file} is damaged: ${fault}`);
  }
  await keepRestored(ledger, { day, until });
  await makePartitions(ledger, at, at);
  const total = manifests.reduce((sum, { rows }) => sum + rows, 0);
  let written = 0;
  let read = 0;
  // Events first, so that no delivery is there without its event.
  for (const manifest of manifests.toReversed()) {
    let lines: string[] = [];
    const write = async () => {
      if (lines.length > 0) written += await writeArchivedRows(ledger, manifest.table, lines);
      read += lines.length;
      lines = [];
      await onProgress({ done: read, total, at: `${manifest.table} of ${day}` });
    };
    for await (const line of readDay(source, manifest)) {
      lines.push(line);
      if (lines.length === PAGE) await write();
    }
    await write();
  }
  return written;
}
