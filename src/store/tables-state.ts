import type { Ledger } from './ledger.js';

/** What the tables that are kept in day partitions hold. */
export interface TablesState {
  /** Days that have a partition with rows or room for them. */
  readonly days: number;
  /** Like `2026-03-01`; null where there is none. */
  readonly oldestDay: string | null;
  readonly newestDay: string | null;
  /** With their indexes. */
  readonly bytes: number;
}

/** Looks at the day partitions, without their rows. */
export async function readTablesState(ledger: Pick<Ledger, '$queryRaw'>): Promise<TablesState> {
  const [row] = await ledger.$queryRaw<
    { days: bigint; oldest: string | null; newest: string | null; bytes: bigint | null }[]
  >`
    SELECT count(DISTINCT day) AS days, min(day) AS oldest, max(day) AS newest,
      sum(bytes)::bigint AS bytes
    FROM (
      SELECT to_char(to_date(right(relname, 8), 'YYYYMMDD'), 'YYYY-MM-DD') AS day,
        pg_total_relation_size(oid) AS bytes
      FROM pg_class
      WHERE relnamespace = 'posthorn'::regnamespace AND relispartition AND relkind = 'r'
        AND relname ~ '_[0-9]{8}$'
    ) AS partition`;
  return {
    days: Number(row?.days ?? 0),
    oldestDay: row?.oldest ?? null,
    newestDay: row?.newest ?? null,
    bytes: Number(row?.bytes ?? 0),
  };
}
