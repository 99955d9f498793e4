import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { openEmbeddedPostgres } from '../../src/store/embedded-postgres.js';
import { migrate } from '../../src/store/migrate.js';
import { startRedis } from './redis-server.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A PostgreSQL for all tests; each makes a database of its own in it. */
    postgresUrl: string;
    /** The name of a migrated database that is copied. */
    template: string;
    redisUrl: string;
  }
}

const TEMPLATE = 'posthorn_template';

/** Starts PostgreSQL and Redis for a run of the tests, and stops them after it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-test-'));
  await chmod(folder, 0o711); // where PostgreSQL runs as another user
  // Hundreds of databases that live for a second each are not worth a vacuum.
  const passing = { fsync: 'off', full_page_writes: 'off', autovacuum: 'off' };
  const parameters = { ...passing, max_connections: '400' };
  const postgres = await openEmbeddedPostgres({ dataDir: folder, parameters });
  const redis = await startRedis();
  const teardown = async () => {
    await redis.stop();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await makeTemplate(postgres.databaseUrl);
  } catch (error) {
    await teardown();
    throw error;
  }
  project.provide('postgresUrl', postgres.databaseUrl);
  project.provide('template', TEMPLATE);
  project.provide('redisUrl', redis.url);
  return teardown;
}

async function makeTemplate(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`CREATE DATABASE ${TEMPLATE}`);
  await client.end();
  const url = new URL(databaseUrl);
  url.pathname = `/${TEMPLATE}`;
  await migrate(url.href);
}
