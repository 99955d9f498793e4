import { Socket } from 'node:net';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { settlesWithin } from '../domain/settles-within.js';
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
 * @param options.answerTimeoutMs how long PostgreSQL may be silent before the connection is given up, and
 *   what was asked on it fails
 */
export function openLedger(options: {
  databaseUrl: string;
  poolSize: number;
  prepare?: boolean;
  answerTimeoutMs?: number;
}): Ledger {
  const { databaseUrl, poolSize, prepare = true, answerTimeoutMs = 120_000 } = options;
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: poolSize,
    application_name: 'posthorn',
    connectionTimeoutMillis: 10_000,
    stream: () => impatientSocket(answerTimeoutMs),
    // A plan that looks at its parameters is made anew each time; ours are as good without.
    ...(prepare ? { onConnect: (client) => client.query(SESSION) } : {}),
  });
  const nameOf = createStatementNames();
  const adapter = new PrismaPg(pool, {
    schema: LEDGER_SCHEMA,
    disposeExternalPool: true,
    ...(prepare ? { statementNameGenerator: ({ sql }: { sql: string }) => nameOf(sql) } : {}),
  });
  return new PrismaClient({ adapter, errorFormat: 'minimal' });
}

/** How long PostgreSQL may take to say goodbye. */
const GOODBYE_MS = 2_000;

/** Closes every connection; one that PostgreSQL does not answer on ends by itself with its time. */
export async function closeLedger(ledger: Ledger): Promise<void> {
  await settlesWithin(ledger.$disconnect(), GOODBYE_MS);
}

/**
 * What each session sets. Locks of a machine that is gone are let go: the server notices within a minute
 * that nobody is there, and ends a transaction that does nothing for as long.
 */
const SESSION = `
  SET plan_cache_mode = force_generic_plan;
  SET idle_in_transaction_session_timeout = '60s';
  SET tcp_keepalives_idle = 30;
  SET tcp_keepalives_interval = 10;
  SET tcp_keepalives_count = 3`;

/**
 * A socket that gives up in silence. A network that swallows packets tells nobody: without it a statement
 * would wait until the system gives up, which takes a quarter of an hour.
 */
function impatientSocket(limitMs: number): Socket {
  const socket = new Socket();
  return socket.setTimeout(limitMs, () => {
    socket.destroy(new Error(`PostgreSQL was silent for ${limitMs} ms`));
  });
}
