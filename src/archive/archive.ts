import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import type { Clock } from '../domain/clock.js';
import { ConflictError, InvalidInputError, NotFoundError } from '../domain/errors.js';
import {
  checksOf,
  listMarks,
  moveLease,
  partitionRows,
  retentionBounds,
  retentionOfDay,
  takeLease,
  writeArchivedRows,
} from '../store/archived-rows.js';
import type { Ledger } from '../store/ledger.js';
import {
  addDays,
  attachLeftovers,
  type DayPartition,
  dropPartition,
  listDayPartitions,
  makePartitions,
  owesNothing,
} from '../store/partitions.js';
import type { ArchiveStore } from './archive-store.js';
import {
  faultOfDay,
  type Manifest,
  manifestName,
  readDay,
  readManifests,
  writeDay,
} from './day-files.js';
import { openArchiveStore } from './open-store.js';

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
  run(options?: { readonly dryRun?: boolean | undefined }): Promise<ArchiveRun>;
  /** What is archived, the oldest day first. */
  list(): Promise<Manifest[]>;
  /** Reads files back, of one day or of all; says what is wrong with each, null for nothing. */
  verify(day?: string): Promise<{ readonly manifest: Manifest; readonly fault: string | null }[]>;
  /**
   * Brings a day back into the tables for some time; rows that are there stay. Throws `NotFoundError` where it
   * is not archived, and `ConflictError` where its files are damaged: then nothing was written.
   *
   * @param day like `2026-03-01`
   * @param forMs how long it stays, in milliseconds
   * @returns how many rows were written
   */
  restore(day: string, forMs: number): Promise<number>;
}

/** The lease of whoever archives, and how long it is: longer than a page of rows may take. */
const LEASE = 'archive';
const LEASE_MS = 10 * 60_000;

/** What the marks of restored days begin with. */
const RESTORED = 'restored:';

/** Rows written back at once. */
const PAGE = 1_000;

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

  /** The partitions of days that are past the retention of everything in them. */
  async function pastRetention(now: Date): Promise<DayPartition[]> {
    const { shortestMs, longestMs } = await retentionBounds(ledger, settings.policies);
    const restored = new Map(
      (await listMarks(ledger, RESTORED)).map(({ name, at }) => [name.slice(RESTORED.length), at]),
    );
    const all = await listDayPartitions(ledger);
    const past: DayPartition[] = [];
    const retentions = new Map<number, Promise<number>>();
    for (const partition of all) {
      const { day } = partition;
      const ageMs = now.getTime() - addDays(day, 1).getTime();
      if (ageMs < shortestMs) break;
      const keptUntil = restored.get(dayText(day));
      if (keptUntil !== undefined && keptUntil > now) continue;
      if (ageMs < longestMs) {
        const names = all.filter((other) => +other.day === +day).map(({ name }) => name);
        const retention = retentions.get(+day) ?? retentionOfDay(ledger, names, settings.policies);
        retentions.set(+day, retention);
        if (ageMs < (await retention)) continue;
      }
      past.push(partition);
    }
    return past;
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

  async function archiveAll(partitions: readonly DayPartition[]): Promise<ArchiveRun> {
    const target = await store();
    const manifests = new Map(
      (target === undefined ? [] : await readManifests(target)).map((manifest) => [
        manifestName(manifest.table, manifest.day),
        manifest,
      ]),
    );
    const archived: string[] = [];
    const dropped: string[] = [];
    for (const partition of partitions) {
      const { name, day } = partition;
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
      await ledger.mark.deleteMany({
        where: { name: RESTORED + dayText(day), at: { lte: clock() } },
      });
    }
    return { archived, dropped };
  }

  return {
    configured: settings.archive !== '',
    async run({ dryRun = false } = {}) {
      const partitions = await pastRetention(clock());
      if (dryRun) return { archived: partitions.map(({ name }) => name), dropped: [] };
      const now = clock();
      const until = new Date(now.getTime() + LEASE_MS);
      if (!(await takeLease(ledger, LEASE, { now, until }))) return { archived: [], dropped: [] };
      try {
        const left = await attachLeftovers(ledger);
        if (left.length > 0) log.warn({ left }, 'partitions attached that a process had left');
        return await archiveAll(partitions);
      } finally {
        await moveLease(ledger, LEASE, clock());
      }
    },

    list: async () => readManifests(await needStore()),

    async verify(day) {
      const source = await needStore();
      const manifests = await readManifests(source);
      const chosen = manifests.filter((manifest) => day === undefined || manifest.day === day);
      const found: { manifest: Manifest; fault: string | null }[] = [];
      for (const manifest of chosen) {
        found.push({ manifest, fault: await faultOfDay(source, manifest) });
      }
      return found;
    },

    async restore(day, forMs) {
      const source = await needStore();
      const at = parseDay(day);
      const manifests = (await readManifests(source)).filter((manifest) => manifest.day === day);
      if (manifests.length === 0) throw new NotFoundError(`${day} is not archived`);
      for (const manifest of manifests) {
        const fault = await faultOfDay(source, manifest);
        if (fault !== null) throw new ConflictError(`${manifest.file} is damaged: ${fault}`);
      }
      const name = RESTORED + day;
      const until = new Date(clock().getTime() + forMs);
      await ledger.mark.upsert({
        where: { name },
        create: { name, at: until },
        update: { at: until },
      });
      await makePartitions(ledger, at, at);
      let rows = 0;
      // Events first, so that no delivery is there without its event.
      for (const manifest of manifests.toReversed()) {
        let lines: string[] = [];
        const write = async () => {
          if (lines.length > 0) rows += await writeArchivedRows(ledger, manifest.table, lines);
          lines = [];
        };
        for await (const line of readDay(source, manifest)) {
          lines.push(line);
          if (lines.length === PAGE) await write();
        }
        await write();
      }
      log.info({ day, rows, until }, 'restored from the archive');
      return rows;
    },
  };
}

/** A day as text, like `2026-03-01`. */
function dayText(day: Date): string {
  return day.toISOString().slice(0, 10);
}

/** Reads a day. Throws `InvalidInputError`. */
export function parseDay(text: string): Date {
  const day = new Date(`${text}T00:00:00Z`);
  const fits = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(day.getTime());
  if (fits && dayText(day) === text) return day;
  throw new InvalidInputError(`${JSON.stringify(text)} is no day: use one like 2026-03-01`, {
    details: { day: 'like 2026-03-01' },
  });
}

function same(
  one: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}
