import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { findServer, isAlive } from '../../src/store/embedded-cluster.js';
import { openEmbeddedPostgres } from '../../src/store/embedded-postgres.js';
import { migrate } from '../../src/store/migrate.js';
import { pollUntil } from './poll.js';

/** A PostgreSQL of a test's own that can be made to fail in every way that a real one does. */
export interface StormPostgres {
  /** The port that it answers on now; another one after each crash. */
  port(): number;
  /** The migrated ledger's database behind another port, for a user with no special rights. */
  urlBehind(port: number): string;
  /** Asks as the superuser, past every fault but a crash. */
  query<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** Ends it as a crash does, and starts it again: it recovers from its log. */
  crash(): Promise<void>;
  /** Ends every connection of the ledger's user. */
  killBackends(): Promise<void>;
  /** While on, the ledger's user gets no connection, and those that it has are ended. */
  exhaust(on: boolean): Promise<void>;
  /** While on, every write to the ledger fails as it does on a disk that is full. */
  fillDisk(on: boolean): Promise<void>;
  stop(): Promise<void>;
}

const USER = 'ledger_user';
const DATABASE = 'storm';
const PARAMETERS = { fsync: 'off', full_page_writes: 'off', max_connections: '200' };

export async function startStormPostgres(): Promise<StormPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-storm-'));
  await chmod(folder, 0o711); // where PostgreSQL runs as another user
  const clusterDir = join(folder, 'postgres');
  const password = randomBytes(12).toString('hex');
  let server = await openEmbeddedPostgres({ dataDir: folder, parameters: PARAMETERS });

  async function query<Row extends pg.QueryResultRow>(
    sql: string,
    values: unknown[] = [],
    database = DATABASE,
  ): Promise<Row[]> {
    const url = new URL(server.databaseUrl);
    url.pathname = `/${database}`;
    const client = new pg.Client({ connectionString: url.href });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  const urlBehind = (port: number) =>
    `postgresql://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`;
  const port = () => Number(new URL(server.databaseUrl).port);

  async function killBackends(): Promise<void> {
    await query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [
      USER,
    ]);
  }

  await query(`CREATE ROLE ${USER} LOGIN PASSWORD '${password}'`, [], 'postgres');
  await query(`CREATE DATABASE ${DATABASE} OWNER ${USER}`, [], 'postgres');
  await migrate(urlBehind(port()));
  await query(DISK);

  return {
    port,
    urlBehind,
    query,
    killBackends,
    async crash() {
      const running = await findServer(clusterDir);
      if (running === undefined) throw new Error('PostgreSQL does not run');
      process.kill(running.pid, 'SIGQUIT');
      await pollUntil(
        () => isAlive(running.pid),
        (alive) => !alive,
        { what: 'the end of PostgreSQL' },
      );
      server = await openEmbeddedPostgres({ dataDir: folder, parameters: PARAMETERS });
    },
    async exhaust(on) {
      await query(`ALTER ROLE ${USER} CONNECTION LIMIT ${on ? 0 : -1}`);
      if (on) await killBackends();
    },
    async fillDisk(on) {
      await query('UPDATE faults.disk SET is_full = $1', [on]);
    },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Fails writes with the code and the words of a disk that is full. A reader sees the flag at once. */
const DISK = `
  CREATE SCHEMA faults;
  CREATE TABLE faults.disk (is_full boolean NOT NULL);
  INSERT INTO faults.disk VALUES (false);
  CREATE FUNCTION faults.refuse_when_full() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
      IF (SELECT is_full FROM faults.disk) THEN
        RAISE EXCEPTION 'could not extend file "base/5/16384": No space left on device'
          USING ERRCODE = 'disk_full', HINT = 'Check free disk space.';
      END IF;
      RETURN NULL;
    END $$;
  DO $$
    DECLARE name text;
    BEGIN
      FOREACH name IN ARRAY ARRAY['events', 'deliveries', 'attempts', 'webhooks', 'holds', 'idempotency_keys']
      LOOP
        EXECUTE format('CREATE TRIGGER refuse_when_full BEFORE INSERT OR UPDATE OR DELETE
          ON posthorn.%I FOR EACH STATEMENT EXECUTE FUNCTION faults.refuse_when_full()', name);
      END LOOP;
    END $$`;
