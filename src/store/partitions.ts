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
      await attach(tx, { table, name, from, to });
      return true;
    },
    { timeout: 120_000, maxWait: 10_000 },
  );
}

/** Makes a table a partition, with the rows of its range that came meanwhile. */
async function attach(
  tx: Pick<Ledger, '$queryRawUnsafe' | '$executeRawUnsafe'>,
  partition: { table: PartitionedTable; name: string; from: string; to: string },
): Promise<void> {
  const { table, name, from, to } = partition;
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

/** A day partition. */
export interface DayPartition {
  readonly name: string;
  readonly table: PartitionedTable;
  readonly day: Date;
}

/** All day partitions: those of a day together, attempts first and events last, the oldest day first. */
export async function listDayPartitions(
  ledger: Pick<Ledger, '$queryRaw'>,
): Promise<DayPartition[]> {
  const names = await listPartitions(ledger);
  return names
    .map((name) => ({
      name,
      table: name.slice(0, name.lastIndexOf('_')) as PartitionedTable,
      day: dayOfPartition(name),
    }))
    .toSorted((one, other) => {
      return one.day.getTime() - other.day.getTime() || one.table.localeCompare(other.table);
    });
}

function dayOfPartition(name: string): Date {
  const digits = name.slice(-8);
  return new Date(`${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}T00:00:00Z`);
}

/**
 * True where nothing in a day partition is owed: attempts freely, a day's deliveries when none of them is
 * pending, and its events when that holds for the day after, too (a delivery can fall just after midnight).
 */
export async function owesNothing(
  runner: Pick<Ledger, '$queryRaw'>,
  { table, day }: DayPartition,
): Promise<boolean> {
  if (table === 'attempts') return true;
  const from = firstIdAt('dlv_', day);
  const to = firstIdAt('dlv_', addDays(day, table === 'events' ? 2 : 1));
  const owed = await runner.$queryRaw<unknown[]>`
    SELECT 1 FROM posthorn.deliveries
    WHERE id >= ${from} AND id < ${to} AND status = 'pending' LIMIT 1`;
  return owed.length === 0;
}

/**
 * Detaches a partition, and drops it where nothing in it is owed; otherwise it is attached again. Its table
 * is locked for the moment of the detaching alone, and nobody changes it from there on. A process that dies
 * in between leaves a table for `attachLeftovers`.
 *
 * @param isStill looks at what it holds; where it answers false the partition stays
 * @returns false where it stays, and where somebody has the table for long: a later run drops it
 */
export async function dropPartition(
  ledger: Ledger,
  partition: DayPartition,
  isStill: (runner: Pick<Ledger, '$queryRawUnsafe'>) => Promise<boolean> = async () => true,
): Promise<boolean> {
  if (!(await owesNothing(ledger, partition)) || !(await detach(ledger, partition))) return false;
  const { name, table } = partition;
  return unlessBusy(() =>
    ledger.$transaction(
      async (tx) => {
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(${PARTITION_LOCK}::int)`;
        if (!(await isDetached(tx, name))) return false;
        const owed = table === 'deliveries' && (await holdsPending(tx, name));
        if (owed || !(await isStill(tx))) {
          await waitLittle(tx);
          await attach(tx, { ...partition, ...boundsOf(partition) });
          return false;
        }
        await tx.$executeRawUnsafe(`DROP TABLE posthorn.${name}`);
        return true;
      },
      { timeout: 120_000, maxWait: 10_000 },
    ),
  );
}

/** Takes a partition out of its table; false where somebody has the table for long, or it is gone. */
function detach(ledger: Ledger, { name, table }: DayPartition): Promise<boolean> {
  return unlessBusy(() =>
    ledger.$transaction(
      async (tx) => {
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(${PARTITION_LOCK}::int)`;
        if (!(await listPartitions(tx)).includes(name)) return false;
        await waitLittle(tx);
        // The table first, as every statement takes it first: the other way round two would wait for each other.
        await tx.$executeRawUnsafe(`LOCK TABLE posthorn.${table} IN ACCESS EXCLUSIVE MODE`);
        await tx.$executeRawUnsafe(
          `ALTER TABLE posthorn.${table} DETACH PARTITION posthorn.${name}`,
        );
        return true;
      },
      { timeout: 120_000, maxWait: 10_000 },
    ),
  );
}

/** Attaches what a process left that died while it dropped a partition. @returns the names of these */
export async function attachLeftovers(ledger: Ledger): Promise<string[]> {
  const attached: string[] = [];
  for (const { table } of PARTITIONED) {
    const rows = await ledger.$queryRaw<{ name: string }[]>`
      SELECT relname AS name FROM pg_class
      WHERE relnamespace = 'posthorn'::regnamespace AND relkind = 'r' AND NOT relispartition
        AND relname ~ ${`^${table}_[0-9]{8}$`}`;
    for (const { name } of rows) {
      const done = await unlessBusy(() =>
        ledger.$transaction(
          async (tx) => {
            await tx.$executeRaw`SELECT pg_advisory_xact_lock(${PARTITION_LOCK}::int)`;
            if (!(await isDetached(tx, name))) return false;
            await waitLittle(tx);
            await attach(tx, { table, name, ...boundsOf({ table, day: dayOfPartition(name) }) });
            return true;
          },
          { timeout: 120_000, maxWait: 10_000 },
        ),
      );
      if (done) attached.push(name);
    }
  }
  return attached;
}

/** True where there is such a table, and it is no partition. */
async function isDetached(tx: Pick<Ledger, '$queryRaw'>, name: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM pg_class WHERE relnamespace = 'posthorn'::regnamespace AND relname = ${name}
      AND NOT relispartition`;
  return rows.length > 0;
}

async function holdsPending(tx: Pick<Ledger, '$queryRawUnsafe'>, name: string): Promise<boolean> {
  const rows = await tx.$queryRawUnsafe<unknown[]>(
    `SELECT 1 FROM posthorn.${name} WHERE status = 'pending' LIMIT 1`,
  );
  return rows.length > 0;
}

/** The ids of a day. */
function boundsOf({ table, day }: Pick<DayPartition, 'table' | 'day'>) {
  const prefix = PARTITIONED.find((each) => each.table === table)?.prefix ?? 'evt_';
  return { from: firstIdAt(prefix, day), to: firstIdAt(prefix, addDays(day, 1)) };
}
