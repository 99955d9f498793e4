import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import type { Clock } from '../domain/clock.js';
import { InvalidInputError } from '../domain/errors.js';
import { type OnProgress, UNHEARD } from '../domain/progress.js';
import { checksOf, moveLease, partitionRows, takeLease } from '../store/archived-rows.js';
import type { Ledger } from '../store/ledger.js';
import type { Page } from '../store/page.js';
import {
  attachLeftovers,
  type DayPartition,
  dropPartition,
  owesNothing,
} from '../store/partitions.js';
import { readTablesState, type TablesState } from '../store/tables-state.js';
import type { ArchiveStore } from './archive-store.js';
import { type ArchivedDay, type ArchivePageRequest, listArchivedDays } from './archived-days.js';
import { dayText } from './day.js';
import {
  faultOfDay,
  type Manifest,
  manifestName,
  readManifests,
  readManifestsOf,
  writeDay,
} from './day-files.js';
import { openArchiveStore } from './open-store.js';
import { listPastRetention } from './past-retention.js';
import { restoreDay } from './restore-day.js';
import { forgetRestored } from './restored-days.js';

/** What a run did. */
export interface ArchiveRun {
  /** Partitions whose rows were written to files; those that would be, of a dry run. */
  readonly archived: readonly string[];
  /** Partitions that left the tables. */
  readonly dropped: readonly string[];
}

/** Moves days past their retention out of the tables, and back. */
export interface Archive {
  /** True where `POSTHORN_ARCHIVE` is set: days are archived before they are dropped. */
  readonly configured: boolean;
  /**
   * Archives and drops every day past its retention in which nothing is owed. Nothing where another process
   * does. May be broken off at any point: a day leaves the tables only once its files are whole and still say
   * what it holds.
   */
  run(options?: {
    readonly dryRun?: boolean | undefined;
    readonly onProgress?: OnProgress | undefined;
  }): Promise<ArchiveRun>;
  /** Where it is, for people; null where there is none. */
  readonly location: string | null;
  /** What is archived, the oldest day first. */
  list(): Promise<Manifest[]>;
  /** A page of what is archived, the newest day first; empty where there is no archive. */
  days(request?: ArchivePageRequest): Promise<Page<ArchivedDay>>;
  /** What the tables hold. */
  tables(): Promise<TablesState>;
  /** Reads files back, of one day or of all; says what is wrong with each, null for nothing. */
  verify(
    day?: string,
    onProgress?: OnProgress,
  ): Promise<{ readonly manifest: Manifest; readonly fault: string | null }[]>;
  /**
   * Brings a day back into the tables for some time; rows that are there stay. Throws `NotFoundError` where it
   * is not archived, and `ConflictError` where its files are damaged: then nothing was written.
   *
   * @param day like `2026-03-01`
   * @param forMs how long it stays, in milliseconds
   * @returns how many rows were written
   */
  restore(day: string, forMs: number, onProgress?: OnProgress): Promise<number>;
}

/** The lease of whoever archives, and how long it is: longer than a page of rows may take. */
const LEASE = 'archive';
const LEASE_MS = 10 * 60_000;

/** @param options.openStore opens the archive's files; for tests */
export function createArchive(options: {
  ledger: Ledger;
  settings: Pick<Settings, 'archive' | 's3Endpoint' | 's3Region' | 'policies'>;
  clock: Clock;
  log: Logger;
  openStore?: () => Promise<ArchiveStore | undefined>;
}): Archive {
  const { ledger, settings, clock, log } = options;
  const openStore = options.openStore ?? (() => openArchiveStore(settings));
  let opened: Promise<ArchiveStore | undefined> | undefined;
  const store = () => {
    opened ??= openStore();
    return opened;
  };

  async function needStore(): Promise<ArchiveStore> {
    const found = await store();
    if (found !== undefined) return found;
    throw new InvalidInputError('there is no archive: POSTHORN_ARCHIVE is not set', {
      hint: 'set it to a folder, or to s3://BUCKET/PREFIX',
    });
  }

  /** Writes a partition to the archive, unless what is there still says what it holds. */
  async function exportDay(
    target: ArchiveStore,
    partition: DayPartition,
    manifests: ReadonlyMap<string, Manifest>,
  ): Promise<{ readonly manifest: Manifest; readonly written: boolean }> {
    const { name, table } = partition;
    const day = dayText(partition.day);
    const known = manifests.get(manifestName(table, day));
    const checks = await checksOf(ledger, name);
    if (known !== undefined && same(known.checks, checks))
      return { manifest: known, written: false };
    const rows = leased(partitionRows(ledger, name));
    const manifest = await writeDay(target, { table, day, checks, now: clock() }, rows);
    const fault = await faultOfDay(target, manifest);
    if (fault !== null) throw new Error(`${manifest.file} can not be read back: ${fault}`);
    // The one before held less.
    if (known !== undefined) await target.delete(known.file);
    return { manifest, written: true };
  }

  /** Keeps the lease while rows are read. */
  async function* leased(rows: AsyncIterable<string>): AsyncGenerator<string> {
    let count = 0;
    for await (const row of rows) {
      if (count % 50_000 === 0) {
        await moveLease(ledger, LEASE, new Date(clock().getTime() + LEASE_MS));
      }
      count += 1;
      yield row;
    }
  }

  async function archiveAll(
    partitions: readonly DayPartition[],
    onProgress: OnProgress,
  ): Promise<ArchiveRun> {
    const target = await store();
    const manifests = new Map(
      (target === undefined ? [] : await readManifests(target)).map((manifest) => [
        manifestName(manifest.table, manifest.day),
        manifest,
      ]),
    );
    const archived: string[] = [];
    const dropped: string[] = [];
    for (const [done, partition] of partitions.entries()) {
      const { name, day } = partition;
      await onProgress({ done, total: partitions.length, at: name });
      if (!(await owesNothing(ledger, partition))) continue;
      const isEmpty = async (runner: Parameters<typeof checksOf>[0]) =>
        (await checksOf(runner, name)).rows === '0';
      // Of a day without rows there is nothing to keep.
      if (target === undefined || (await isEmpty(ledger))) {
        const may = target === undefined ? undefined : isEmpty;
        if (await dropPartition(ledger, partition, may)) dropped.push(name);
        continue;
      }
      const { manifest, written } = await exportDay(target, partition, manifests);
      if (written) {
        archived.push(name);
        log.info({ partition: name, rows: manifest.rows, file: manifest.file }, 'archived');
      }
      // What was retried or replayed since is written again by a later run.
      const isStill = async (runner: Parameters<typeof checksOf>[0]) =>
        same(await checksOf(runner, name), manifest.checks);
      if (await dropPartition(ledger, partition, isStill)) dropped.push(name);
      await forgetRestored(ledger, dayText(day), clock());
    }
    return { archived, dropped };
  }

  return {
    configured: settings.archive !== '',
    location: settings.archive === '' ? null : settings.archive,
    async run({ dryRun = false, onProgress = UNHEARD } = {}) {
      const partitions = await listPastRetention(ledger, settings, clock());
      if (dryRun) return { archived: partitions.map(({ name }) => name), dropped: [] };
      const now = clock();
      const until = new Date(now.getTime() + LEASE_MS);
      if (!(await takeLease(ledger, LEASE, { now, until }))) return { archived: [], dropped: [] };
      try {
        const left = await attachLeftovers(ledger);
        if (left.length > 0) log.warn({ left }, 'partitions attached that a process had left');
        return await archiveAll(partitions, onProgress);
      } finally {
        await moveLease(ledger, LEASE, clock());
      }
    },

    list: async () => readManifests(await needStore()),

    async days(request = {}) {
      const source = await store();
      return source === undefined
        ? { data: [], nextCursor: null }
        : listArchivedDays(ledger, source, request);
    },

    tables: () => readTablesState(ledger),

    async verify(day, onProgress = UNHEARD) {
      const source = await needStore();
      const chosen =
        day === undefined ? await readManifests(source) : await readManifestsOf(source, day);
      const found: { manifest: Manifest; fault: string | null }[] = [];
      for (const [done, manifest] of chosen.entries()) {
        await onProgress({ done, total: chosen.length, at: manifest.file });
        found.push({ manifest, fault: await faultOfDay(source, manifest) });
      }
      return found;
    },

    async restore(day, forMs, onProgress = UNHEARD) {
      const source = await needStore();
      const until = new Date(clock().getTime() + forMs);
      const rows = await restoreDay({ ledger, source, day, until, onProgress });
      log.info({ day, rows, until }, 'restored from the archive');
      return rows;
    },
  };
}

function same(
  one: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}
