import { InvalidInputError } from '../domain/errors.js';
import type { Ledger } from '../store/ledger.js';
import { DEFAULT_PAGE, type Page } from '../store/page.js';
import type { ArchiveStore } from './archive-store.js';
import { parseDay } from './day.js';
import { type Manifest, namesByDay, readManifestsOf } from './day-files.js';
import { listRestored } from './restored-days.js';

/** A day in the archive. */
export interface ArchivedDay {
  /** Like `2026-03-01`. */
  readonly day: string;
  readonly files: readonly Manifest[];
  /** Until when it is back in the tables; null where it is not. */
  readonly restoredUntil: Date | null;
}

/** Which page of days is asked for. */
export interface ArchivePageRequest {
  /** The last day of the page before. */
  readonly cursor?: string | undefined;
  /** 1 to 100 days, 25 where left out. */
  readonly limit?: number | undefined;
}

/** A page of the days that are archived, the newest first. Only its own manifests are read. */
export async function listArchivedDays(
  ledger: Ledger,
  store: ArchiveStore,
  { cursor, limit = DEFAULT_PAGE }: ArchivePageRequest,
): Promise<Page<ArchivedDay>> {
  if (cursor !== undefined) parseDay(cursor);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    throw new InvalidInputError(`limit ${limit} does not fit: use 1 to 100`, {
      details: { limit: '1 to 100' },
    });
  }
  const restored = new Map((await listRestored(ledger)).map(({ day, until }) => [day, until]));
  const all = await namesByDay(store);
  const days = [...all.keys()].toSorted().toReversed();
  const fitting = days.filter((day) => cursor === undefined || day < cursor);
  const shown = fitting.slice(0, limit);
  const data = await Promise.all(
    shown.map(async (day) => ({
      day,
      files: await readManifestsOf(store, day, all.get(day)),
      restoredUntil: restored.get(day) ?? null,
    })),
  );
  return { data, nextCursor: fitting.length > limit ? (shown.at(-1) ?? null) : null };
}
