import { readdirSync } from 'node:fs';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { LedgerError } from '../../src/domain/errors.js';
import { migrate, pendingMigrations } from '../../src/store/migrate.js';
import { createDatabase } from '../support/database.js';

const MIGRATIONS = new URL('../../prisma/migrations/', import.meta.url);

/** The names of all migrations, oldest first. */
const ALL = readdirSync(MIGRATIONS)
  .filter((name) => /^\d{14}_/.test(name))
  .toSorted();

async function emptyDatabase() {
  const database = await createDatabase({ empty: true });
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  onTestFinished(async () => {
    await client.end();
    await database.drop();
  });
  return { url: database.url, client };
}

test('applies every migration once', async () => {
  const { url } = await emptyDatabase();
  const pending = await pendingMigrations(url);
  expect(pending).toEqual(ALL);
  expect(await migrate(url)).toEqual({ applied: pending });
  expect(await pendingMigrations(url)).toEqual([]);
  expect(await migrate(url)).toEqual({ applied: [] });
});

test('two processes that migrate at the same time apply each migration once', async () => {
  const { url } = await emptyDatabase();
  const results = await Promise.all([migrate(url), migrate(url), migrate(url)]);
  expect(results.flatMap(({ applied }) => applied)).toEqual(ALL);
});

test('lives beside the tables and the Prisma migrations of a backend, and touches neither', async () => {
  const { url, client } = await emptyDatabase();
  await client.query(`
    CREATE TABLE public.expense (id int PRIMARY KEY);
    CREATE TYPE public.tier AS ENUM ('gold');
    CREATE TABLE public._prisma_migrations (id text PRIMARY KEY);
    INSERT INTO public._prisma_migrations VALUES ('theirs')`);
  await migrate(url);
  const { rows } = await client.query('SELECT id FROM public._prisma_migrations');
  expect(rows).toEqual([{ id: 'theirs' }]);
  const { rows: schemas } = await client.query(`
    SELECT DISTINCT table_schema FROM information_schema.tables
    WHERE table_name IN ('webhooks', 'events', 'deliveries', 'attempts', 'idempotency_keys')`);
  expect(schemas).toEqual([{ table_schema: 'posthorn' }]);
  const { rows: notes } = await client.query(
    'SELECT count(*)::int AS count FROM posthorn._prisma_migrations',
  );
  expect(notes).toEqual([{ count: ALL.length }]);
});

test('a migration that failed left nothing, and is applied once its cause is gone', async () => {
  const { url, client } = await emptyDatabase();
  await client.query('CREATE SCHEMA posthorn');
  await client.query(`
    CREATE FUNCTION posthorn.sortable_id(text, timestamptz) RETURNS text LANGUAGE sql AS 'SELECT $1'`);
  await expect(migrate(url)).rejects.toThrow(/already exists/);
  const { rows } = await client.query("SELECT to_regtype('posthorn.tier') AS name");
  expect(rows).toEqual([{ name: null }]); // which stands before the function in the migration
  await client.query('DROP FUNCTION posthorn.sortable_id');
  expect((await migrate(url)).applied).toEqual(ALL);
});

test('a database that can not be reached is named, without its password', async () => {
  const url = 'postgresql://user:hunter2@127.0.0.1:1/ledger';
  for (const ask of [migrate, pendingMigrations]) {
    const error: unknown = await ask(url).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LedgerError);
    expect((error as LedgerError).message).toMatch(/127\.0\.0\.1:1\/ledger.*ECONNREFUSED/);
    expect((error as LedgerError).message).not.toContain('hunter2');
  }
});
