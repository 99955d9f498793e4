import { firstIdAt, type IdPrefix } from '../domain/id.js';
import type { Ledger } from './ledger.js';

/** The tables that are kept in day partitions, with the prefix of their ids. */
const PARTITIONED = [
  { table: 'events', prefix: 'evt_' },
  { table: 'deliveries', prefix: 'dlv_' },
  { table: 'attempts', prefix: 'att_' },
] as const satisfies readonly { table: string; prefix: IdPrefix }[];

type PartitionedTable = (typeof PARTITIONED)[number]['table'];

const DAY_MS = 86_400_000;

/** Serialises those who make or drop partitions; any number that nobody else uses. */
const PARTITION_LOCK = 7_465_001;

/** The midnight (UTC) that begins a time's day. */
export function dayOf(at: Date): Date {
  return new Date(Math.floor(at.getTime() / DAY_MS) * DAY_MS);
}

export function addDays(day: Date, days: number): Date {
  return new Date(day.getTime() + days * DAY_MS);
}

function partitionName(table: PartitionedTable, day: Date): string {
  return `${table}_${day.toISOString().slice(0, 10).replaceAll('-', '')}`;
}

/**
 * Makes the partitions of the days from `first` to `last` that are not there yet.
 *
 * Rows of such a day that came before its partition are in the default one, and are moved. Each partition
 * is made in a transaction of its own.
 *
 * @returns the names of the partitions made
 */
export async function makePartitions(ledger: Ledger, first: Date, last: Date): Promise<string[]> {
  const existing = new Set(await listPartitions(ledger));
  const made: string[] = [];
  for (let day = dayOf(first); day <= last; day = addDays(day, 1)) {
    for (const { table, prefix } of PARTITIONED) {
      const name = partitionName(table, day);
      if (existing.has(name)) continue;
      if (
        await unlessBusy(() =>
          makePartition(
            ledger,
            table,
            name,
            firstIdAt(prefix, day),
            firstIdAt(prefix, addDays(day, 1)),
          ),
        )
      ) {
        made.push(name);
      }
    }
  }
  return made;
}

function makePartition(
  ledger: Ledger,
  table: PartitionedTable,
  name: string,
  from: string,
  to: string,
): Promise<boolean> {
  return ledger.$transaction(
    async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(${PARTITION_LOCK}::int)`;
      const [found] = await tx.$queryRaw<{ there: boolean }[]>`
        SELECT to_regclass(${`posthorn.${name}`}) IS NOT NULL AS there`;
      if (found?.there) return false;
      await waitLittle(tx);
      // Names and bounds are made of table names, dates and hex digits alone.
      await tx.$executeRawUnsafe(
        `CREATE TABLE posthorn.${name} (LIKE posthorn.${table} INCLUDING ALL)`,
      );
      // Where rows are to be moved, the table is locked, as every statement locks it first: one that waits for
      // it is planned anew after it. One that waited for the default partition alone would look for the rows
      // there, and miss them. Without rows nobody need wait: a caller's long transaction would hold up all.
      const strays = await tx.$queryRawUnsafe<unknown[]>(
        `SELECT 1 FROM posthorn.${table}_default WHERE id >= $1 AND id < $2 LIMIT 1`,
        from,
        to,
      );
      if (strays.length > 0) {
        await tx.$executeRawUnsafe(`LOCK TABLE posthorn.${table} IN ACCESS EXCLUSIVE MODE`);
      }
      await tx.$executeRawUnsafe(`LOCK TABLE posthorn.${table}_default IN ACCESS EXCLUSIVE MODE`);
      await tx.$executeRawUnsafe(
        `WITH moved AS (DELETE FROM posthorn.${table}_default WHERE id >= $1 AND id < $2 RETURNING *)
         INSERT INTO posthorn.${name} SELECT * FROM moved`,
        from,
        to,
      );
      await tx.$executeRawUnsafe(
        `ALTER TABLE posthorn.${table} ATTACH PARTITION posthorn.${name} FOR VALUES FROM ('${from}') TO ('${to}')`,
      );
      return true;
    },
    { timeout: 120_000, maxWait: 10_000 },
  );
}

/**
 * Limits how long locks are waited for from here on: whoever comes after one that waits for a table waits,
 * too, so that one long reader, like a dump, would hold up everything.
 */
function waitLittle(tx: Pick<Ledger, '$executeRaw'>): Promise<number> {
  return tx.$executeRaw`SET LOCAL lock_timeout = '1s'`;
}

/** False where somebody has the table for long: partitions are made a week ahead, so a later run does. */
async function unlessBusy(work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    if (isLockTimeout(error)) return false;
    throw error;
  }
}

/** PostgreSQL's `lock_not_available`, in Prisma's wrapping. */
function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && /55P03|lock timeout/.test(error.message);
}

/** The first day of which a table has a partition; undefined where it has none. */
export async function oldestDay(
  ledger: Pick<Ledger, '$queryRaw'>,
  table: PartitionedTable,
): Promise<Date | undefined> {
  const names = await listPartitions(ledger);
  const first = names.find((name) => name.startsWith(table));
  return first === undefined ? undefined : dayOfPartition(first);
}

/** The names of all day partitions, in order. */
export async function listPartitions(ledger: Pick<Ledger, '$queryRaw'>): Promise<string[]> {
  const rows = await ledger.$queryRaw<{ name: string }[]>`
    SELECT child.relname AS name FROM pg_inherits
    JOIN pg_class AS child ON child.oid = inhrelid
    JOIN pg_class AS parent ON parent.oid = inhparent
    JOIN pg_namespace AS namespace ON namespace.oid = parent.relnamespace
    WHERE namespace.nspname = 'posthorn' AND parent.relkind = 'p' AND child.relname ~ '_[0-9]{8}$'
    ORDER BY name`;
  return rows.map((row) => row.name);
}

/**
 * Drops the partitions of days that ended before `before`, once nothing in them is owed: attempts freely,
 * a day's deliveries when none of them is pending, and its events when that holds for the day after, too
 * (a delivery can fall just after midnight).
 *
 * @returns the names of the partitions dropped
 */
export async function dropPartitions(ledger: Ledger, before: Date): Promise<string[]> {
  const dropped: string[] = [];
  for (const name of await listPartitions(ledger)) {
    const day = dayOfPartition(name);
    if (addDays(day, 1) > before) continue;
    if (await unlessBusy(() => dropPartition(ledger, name, day))) dropped.push(name);
  }
  return dropped;
}

function dayOfPartition(name: string): Date {
  const digits = name.slice(-8);
  return new Date(`${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}T00:00:00Z`);
}

function dropPartition(ledger: Ledger, name: string, day: Date): Promise<boolean> {
  return ledger.$transaction(
    async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(${PARTITION_LOCK}::int)`;
      if (!name.startsWith('attempts')) {
        const days = name.startsWith('events') ? 2 : 1;
        const from = firstIdAt('dlv_', day);
        const to = firstIdAt('dlv_', addDays(day, days));
        const owed = await tx.$queryRaw<unknown[]>`
          SELECT 1 FROM posthorn.deliveries
          WHERE id >= ${from} AND id < ${to} AND status = 'pending' LIMIT 1`;
        if (owed.length > 0) return false;
      }
      await waitLittle(tx);
      await tx.$executeRawUnsafe(`DROP TABLE IF EXISTS posthorn.${name}`);
      return true;
    },
    { timeout: 120_000, maxWait: 10_000 },
  );
}
