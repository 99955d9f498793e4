import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/client.js';

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

/** Opens the ledger. Connects at the first query; close it with `$disconnect()`. */
export function openLedger(options: { databaseUrl: string; poolSize: number }): Ledger {
  const adapter = new PrismaPg(
    {
      connectionString: options.databaseUrl,
      max: options.poolSize,
      application_name: 'posthorn',
      connectionTimeoutMillis: 10_000,
    },
    { schema: LEDGER_SCHEMA },
  );
  return new PrismaClient({ adapter, errorFormat: 'minimal' });
}
