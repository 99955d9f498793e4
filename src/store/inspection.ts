import pg from 'pg';
import { LEDGER_SCHEMA } from './ledger.js';

/** What `posthorn doctor` asks of PostgreSQL. */
export interface DatabaseInspection {
  /** Like `18.1`. */
  readonly version: string;
  readonly major: number;
  /** How far this machine's clock is ahead of the server's, in milliseconds. */
  readonly clockAheadMs: number;
  /** Whether the user may make the ledger's schema, or owns it already. */
  readonly mayMigrate: boolean;
  /** The last day that has its partitions, as `20261130`; null where there is none. */
  readonly lastPartition: string | null;
}

/** Looks at a database. Rejects where it can't be reached within five seconds. */
export async function inspectDatabase(databaseUrl: string): Promise<DatabaseInspection> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const askedAt = Date.now();
    const { rows } = await client.query<{
      version: string;
      number: number;
      now: Date;
      may_migrate: boolean;
      last_partition: string | null;
    }>(INSPECT, [LEDGER_SCHEMA]);
    const answeredAt = Date.now();
    const [row] = rows;
    if (row === undefined) throw new Error('PostgreSQL answered nothing');
    return {
      version: row.version,
      major: Math.floor(row.number / 10_000),
      clockAheadMs: (askedAt + answeredAt) / 2 - row.now.getTime(),
      mayMigrate: row.may_migrate,
      lastPartition: row.last_partition,
    };
  } finally {
    await client.end().catch(() => undefined);
  }
}

const INSPECT = `
  SELECT current_setting('server_version') AS version,
    current_setting('server_version_num')::int AS number,
    clock_timestamp() AS now,
    coalesce(
      (SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = $1),
      has_database_privilege(current_database(), 'CREATE')) AS may_migrate,
    (SELECT max(right(relname, 8)) FROM pg_class
      WHERE relnamespace = to_regnamespace($1) AND relname ~ '^attempts_[0-9]{8}$') AS last_partition`;
