import { createHash, randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { PassThrough, Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { z } from 'zod';
import type { ArchiveStore } from './archive-store.js';

/** The tables that are archived, in the order in which a day of theirs leaves. */
export const ARCHIVED_TABLES = ['attempts', 'deliveries', 'events'] as const;

export type ArchivedTable = (typeof ARCHIVED_TABLES)[number];

/** The form of the files and of their manifests. */
const VERSION = 1;

const manifest = z.object({
  version: z.literal(VERSION),
  table: z.enum(ARCHIVED_TABLES),
  /** Like `2026-03-01`. */
  day: z.string(),
  /** The file's name in the archive. */
  file: z.string(),
  rows: z.number(),
  /** Of the lines, and of the file. */
  bytes: z.number(),
  compressedBytes: z.number(),
  /** Of the file. */
  sha256: z.string(),
  firstId: z.string().nullable(),
  lastId: z.string().nullable(),
  /** What the table held, so that a later change shows. */
  checks: z.record(z.string(), z.string()),
  writtenAt: z.string(),
});

/** What is said of one day of one table, written after its file. */
export type Manifest = z.output<typeof manifest>;

/** A row as a line of a file: the columns by their names. */
export type ArchivedRow = { readonly id: string } & Readonly<Record<string, unknown>>;

export function manifestName(table: ArchivedTable, day: string): string {
  return `${day.replaceAll('-', '/')}/${table}.manifest.json`;
}

/**
 * Writes one day of a table: its rows as gzipped lines of JSON, then its manifest. gzip rather than zstd,
 * because Node.js 20 has no zstd, and everything else reads gzip.
 *
 * @param lines rows as JSON, in the order of their ids
 */
export async function writeDay(
  store: ArchiveStore,
  what: {
    readonly table: ArchivedTable;
    readonly day: string;
    readonly checks: Readonly<Record<string, string>>;
    readonly now: Date;
  },
  lines: AsyncIterable<string>,
): Promise<Manifest> {
  const { table, day, checks, now } = what;
  const suffix = randomBytes(4).toString('hex');
  const file = `${day.replaceAll('-', '/')}/${table}-${suffix}.ndjson.gz`;
  const hash = createHash('sha256');
  let rows = 0;
  let bytes = 0;
  let compressedBytes = 0;
  let firstId: string | null = null;
  let lastId: string | null = null;

  async function* counted(): AsyncGenerator<string> {
    for await (const line of lines) {
      const { id } = JSON.parse(line) as ArchivedRow;
      firstId ??= id;
      lastId = id;
      rows += 1;
      bytes += Buffer.byteLength(line) + 1;
      yield `${line}\n`;
    }
  }
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      compressedBytes += chunk.length;
      done(null, chunk);
    },
  });
  const content = new PassThrough();
  // Whichever fails first ends the other, and both have ended before this goes on: a row that were read after
  // the lease was given back would take it once more.
  const written = pipeline(Readable.from(counted()), createGzip(), measure, content);
  const put = store.put(file, content).catch((error: unknown) => {
    content.destroy();
    throw error;
  });
  await Promise.allSettled([written, put]);
  await Promise.all([put, written]);
  const made: Manifest = {
    version: VERSION,
    table,
    day,
    file,
    rows,
    bytes,
    compressedBytes,
    sha256: hash.digest('hex'),
    firstId,
    lastId,
    checks,
    writtenAt: now.toISOString(),
  };
  await store.put(manifestName(table, day), Readable.from([JSON.stringify(made, null, 2)]));
  return made;
}

/** Reads the manifests of an archive, in the order of days. */
export async function readManifests(store: ArchiveStore): Promise<Manifest[]> {
  const names = (await store.list()).filter((name) => DAY_OF_MANIFEST.test(name));
  const manifests: Manifest[] = [];
  for (const name of names) manifests.push(await readManifest(store, name));
  return manifests;
}

/** Like `2026/03/01/events.manifest.json`. */
const DAY_OF_MANIFEST = /^(\d{4})\/(\d{2})\/(\d{2})\/\w+\.manifest\.json$/;

/** The names of the manifests of each day that is archived, in order. */
export async function namesByDay(store: ArchiveStore): Promise<ReadonlyMap<string, string[]>> {
  const byDay = new Map<string, string[]>();
  for (const name of await store.list()) {
    const [, ...parts] = DAY_OF_MANIFEST.exec(name) ?? [];
    if (parts.length === 0) continue;
    const day = parts.join('-');
    byDay.set(day, [...(byDay.get(day) ?? []), name]);
  }
  return byDay;
}

/** Reads the manifests of one day; none where it is not archived. */
export async function readManifestsOf(
  store: ArchiveStore,
  day: string,
  names?: readonly string[],
): Promise<Manifest[]> {
  const known = names ?? (await namesByDay(store)).get(day) ?? [];
  return Promise.all(known.map((name) => readManifest(store, name)));
}

async function readManifest(store: ArchiveStore, name: string): Promise<Manifest> {
  const chunks: Buffer[] = [];
  for await (const chunk of await store.get(name)) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString('utf8');
  return manifest.parse(JSON.parse(text));
}

/** The rows of a day, one after the other. Fails where the file is damaged. */
export async function* readDay(store: ArchiveStore, { file }: Manifest): AsyncGenerator<string> {
  const source = await store.get(file);
  const gunzip = createGunzip();
  const done = pipeline(source, gunzip);
  // A failure shows in the lines, too, but ends their reading silently.
  done.catch(() => undefined);
  yield* createInterface({ input: gunzip, crlfDelay: Number.POSITIVE_INFINITY });
  await done;
}

/** What is wrong with a day's file; null where it is what its manifest says. */
export async function faultOfDay(store: ArchiveStore, expected: Manifest): Promise<string | null> {
  try {
    const hash = createHash('sha256');
    for await (const chunk of await store.get(expected.file)) hash.update(chunk);
    const sha256 = hash.digest('hex');
    if (sha256 !== expected.sha256) return `its SHA-256 is ${sha256}, not ${expected.sha256}`;
    let rows = 0;
    let last = '';
    for await (const line of readDay(store, expected)) {
      const { id } = JSON.parse(line) as ArchivedRow;
      if (id <= last) return `row ${id} stands after ${last}`;
      last = id;
      rows += 1;
    }
    return rows === expected.rows ? null : `it has ${rows} rows, not ${expected.rows}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
