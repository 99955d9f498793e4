// Prints the SQL that leads from one Prisma schema to another, with no download:
//
//   git show HEAD:prisma/schema.prisma > /tmp/before.prisma
//   npm run --silent migration-sql -- /tmp/before.prisma
//
// The second schema is prisma/schema.prisma where it is left out. It runs what was built.
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openEmbeddedPostgres } from '../dist/store/embedded-postgres.js';
import { openSchemaEngine } from '../dist/store/schema-engine.js';

const [before, after = 'prisma/schema.prisma'] = process.argv.slice(2);
if (before === undefined) {
  console.error('usage: npm run --silent migration-sql -- BEFORE.prisma [AFTER.prisma]');
  process.exit(2);
}

/** Compares the two schemas. The engine asks the database only which PostgreSQL it is. */
async function diff(databaseUrl) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  const engine = await openSchemaEngine(pool);
  try {
    const { stdout } = await engine.diff({
      from: schema(before),
      to: schema(after),
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    return stdout;
  } finally {
    engine.free();
    await pool.end();
  }
}

function schema(path) {
  return { tag: 'schemaDatamodel', files: [{ path, content: readFileSync(path, 'utf8') }] };
}

const dataDir = mkdtempSync(join(tmpdir(), 'posthorn-migration-'));
chmodSync(dataDir, 0o711); // where PostgreSQL runs as another user
const postgres = await openEmbeddedPostgres({ dataDir });
try {
  process.stdout.write(await diff(postgres.databaseUrl));
} finally {
  await postgres.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
