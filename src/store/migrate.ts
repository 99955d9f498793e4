import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { LedgerError } from '../domain/errors.js';
import { LEDGER_SCHEMA } from './ledger.js';
import { openSchemaEngine } from './schema-engine.js';

/** The migrations, which stand in `prisma/` beside `src/` and beside `dist/`. */
const MIGRATIONS = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

/** Where Prisma notes what was applied. */
const MIGRATIONS_TABLE = `${LEDGER_SCHEMA}._prisma_migrations`;

/** Serialises processes that migrate at the same time; any number that nobody else uses. */
const MIGRATION_LOCK = 7_465_000;

/**
 * Brings the ledger to this version's schema, with no download. Touches nothing outside its own PostgreSQL
 * schema, and stays compatible with `prisma migrate deploy`. Throws `LedgerError`.
 *
 * @returns the names of the migrations applied; none where the ledger was up to date
 */
export async function migrate(databaseUrl: string): Promise<{ applied: string[] }> {
  return withClient(databaseUrl, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${LEDGER_SCHEMA}`);
    await forgetFailures(client);
    return { applied: await applyMigrations(databaseUrl) };
  });
}

/** Every migration is one transaction: one that failed left nothing, and can be applied again. */
async function forgetFailures(client: pg.Client): Promise<void> {
  const { rows } = await client.query('SELECT to_regclass($1) AS name', [MIGRATIONS_TABLE]);
  if (rows[0]?.name === null) return;
  await client.query(
    `UPDATE ${MIGRATIONS_TABLE} SET rolled_back_at = now()
     WHERE finished_at IS NULL AND rolled_back_at IS NULL`,
  );
}

async function applyMigrations(databaseUrl: string): Promise<string[]> {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 1,
    // Where the engine keeps its own table; without it, that is the backend's schema.
    options: `-c search_path=${LEDGER_SCHEMA}`,
  });
  const engine = await openSchemaEngine(pool);
  try {
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: await migrationsList(),
      filters: { externalTables: [], externalEnums: [] },
    });
    return appliedMigrationNames;
  } finally {
    engine.free();
    await pool.end();
  }
}

/** The names of migrations that the ledger lacks. Throws `LedgerError`. */
export async function pendingMigrations(databaseUrl: string): Promise<string[]> {
  return withClient(databaseUrl, async (client) => {
    const { rows: found } = await client.query('SELECT to_regclass($1) AS name', [
      MIGRATIONS_TABLE,
    ]);
    if (found[0]?.name === null) return migrationNames();
    const { rows } = await client.query<{ name: string }>(
      `SELECT migration_name AS name FROM ${MIGRATIONS_TABLE} WHERE finished_at IS NOT NULL`,
    );
    const applied = new Set(rows.map((row) => row.name));
    return (await migrationNames()).filter((name) => !applied.has(name));
  });
}

async function migrationNames(): Promise<string[]> {
  const entries = await readdir(MIGRATIONS, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted();
}

/** The migrations in the form that the engine takes. */
async function migrationsList() {
  const directories = (await migrationNames()).map(async (name) => {
    const value = await readFile(join(MIGRATIONS, name, 'migration.sql'), 'utf8');
    return {
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value } },
    };
  });
  const lockfile = 'migration_lock.toml';
  return {
    baseDir: MIGRATIONS,
    lockfile: { path: lockfile, content: await readFile(join(MIGRATIONS, lockfile), 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(directories),
  };
}

/** Works on one connection, and turns what goes wrong into a `LedgerError` that names the database. */
async function withClient<Result>(
  databaseUrl: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'posthorn migrate',
    connectionTimeoutMillis: 10_000,
  });
  // A connection that breaks later fails the query under way, which is reported.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } catch (cause) {
    const { host, pathname } = new URL(databaseUrl);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LedgerError(`the ledger in ${host}${pathname} can not be used: ${reason}`, {
      hint: 'see that DATABASE_URL is right, PostgreSQL runs, and its user may create a schema',
      cause,
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}
