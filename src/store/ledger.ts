import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from './generated/client.js';
import { createStatementNames } from './statement-names.js';

/** The PostgreSQL schema that holds the ledger. */
export const LEDGER_SCHEMA = 'posthorn';

/** An open ledger: the Prisma client that every query of this folder takes first. */
export type Ledger = PrismaClient;

/**
 * Anything that runs SQL in the ledger's database: the ledger itself, one of its transactions, or a
 * transaction of the caller's own Prisma client, of whichever schema and version.
 */
export interface SqlRunner {
  $queryRawUnsafe<Row = unknown>(sql: string, ...values: unknown[]): Promise<Row>;
}

/**
 * Opens the ledger. Connects at the first query; close it with `$disconnect()`.
 *
 * @param options.prepare whether statements are prepared, which needs connections of one's own: a pooler
 *   that hands out another one for each transaction may not know them
 */
export function openLedger(options: {
  databaseUrl: string;
  poolSize: number;
  prepare?: boolean;
}): Ledger {
  const { databaseUrl, poolSize, prepare = true } = options;
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: poolSize,
    application_name: 'posthorn',
    connectionTimeoutMillis: 10_000,
    // A plan that looks at its parameters is made anew each time; ours are as good without.
    ...(prepare
      ? { onConnect: (client) => client.query('SET plan_cache_mode = force_generic_plan') }
      : {}),
  });
  const nameOf = createStatementNames();
  const adapter = new PrismaPg(pool, {
    schema: LEDGER_SCHEMA,
    disposeExternalPool: true,
    ...(prepare ? { statementNameGenerator: ({ sql }: { sql: string }) => nameOf(sql) } : {}),
  });
  return new PrismaClient({ adapter, errorFormat: 'minimal' });
}
