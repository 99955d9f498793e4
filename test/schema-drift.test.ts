import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSchemaEngine } from '../src/store/schema-engine.js';
import { createDatabase, type TestDatabase } from './support/database.js';

/**
 * The client is made from prisma/schema.prisma, the tables by prisma/migrations. Two databases, one made
 * from each, must agree in all that the client relies on. The migrations may say more: partitions,
 * partial indexes, checks and collations are beyond Prisma's schema.
 */

const SCHEMA = new URL('../prisma/schema.prisma', import.meta.url);

/** Tables that hold the models: no partition of one, and not Prisma's own. */
const TABLES = `
  SELECT oid, relname FROM pg_class
  WHERE relnamespace = 'posthorn'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
    AND relname <> '_prisma_migrations'`;

const COLUMNS = `
  SELECT t.relname AS "table", a.attname AS "column", format_type(a.atttypid, a.atttypmod) AS type,
    a.attnotnull AS "notNull", pg_get_expr(d.adbin, d.adrelid) AS "default"
  FROM (${TABLES}) t
  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
  ORDER BY 1, 2`;

const INDEXES = `
  SELECT t.relname AS "table", i.indisprimary AS "primary", i.indisunique AS "unique",
    (SELECT string_agg(pg_get_indexdef(i.indexrelid, n, false), ', ' ORDER BY n)
     FROM generate_series(1, i.indnatts) n) AS columns
  FROM (${TABLES}) t
  JOIN pg_index i ON i.indrelid = t.oid
  WHERE i.indpred IS NULL
  ORDER BY 1, 2 DESC, 4`;

const ENUMS = `
  SELECT t.typname AS name, array_agg(e.enumlabel::text ORDER BY e.enumsortorder) AS values
  FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid
  WHERE t.typnamespace = 'posthorn'::regnamespace
  GROUP BY 1 ORDER BY 1`;

let migrated: TestDatabase;
let declared: TestDatabase;

beforeAll(async () => {
  migrated = await createDatabase();
  declared = await createDatabase({ empty: true });
  await applySchema(declared.url);
});

afterAll(async () => {
  await migrated.drop();
  await declared.drop();
});

/** Makes the tables that prisma/schema.prisma declares. */
async function applySchema(databaseUrl: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  const engine = await openSchemaEngine(pool);
  try {
    const { stdout } = await engine.diff({
      from: { tag: 'empty' },
      to: {
        tag: 'schemaDatamodel',
        files: [{ path: SCHEMA.pathname, content: await readFile(SCHEMA, 'utf8') }],
      },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    // What the engine prints leaves the schema out.
    await pool.query('CREATE SCHEMA IF NOT EXISTS posthorn; SET search_path = posthorn');
    await pool.query(stdout ?? '');
  } finally {
    engine.free();
    await pool.end();
  }
}

async function query(database: TestDatabase, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test('every column has the name, type, nullability and default that the schema declares', async () => {
  const columns = await query(declared, COLUMNS);
  expect(columns.length).toBeGreaterThan(40);
  expect(await query(migrated, COLUMNS)).toEqual(columns);
});

test('every key and index that the schema declares is there', async () => {
  const indexes = await query(declared, INDEXES);
  expect(indexes.length).toBeGreaterThan(8);
  expect(await query(migrated, INDEXES)).toEqual(indexes);
});

test('every enum has the declared values, in their order', async () => {
  const enums = await query(declared, ENUMS);
  expect(enums.length).toBeGreaterThan(0);
  expect(await query(migrated, ENUMS)).toEqual(enums);
});
