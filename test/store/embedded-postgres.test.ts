import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { embeddedAccount } from '../../src/store/embedded-account.js';
import { findServer, isAlive } from '../../src/store/embedded-cluster.js';
import { choosePlace } from '../../src/store/embedded-place.js';
import { openEmbeddedPostgres } from '../../src/store/embedded-postgres.js';
import { pollUntil } from '../support/poll.js';

async function temporaryFolder(mode: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-embedded-'));
  await chmod(folder, mode);
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'data');
}

async function query<Row>(databaseUrl: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query(sql);
    return rows;
  } finally {
    await client.end();
  }
}

test('starts, keeps its data over a restart, and stops twice without harm', async () => {
  const dataDir = await temporaryFolder(0o711);
  const first = await openEmbeddedPostgres({ dataDir });
  expect(first.owner).toBe(true);
  await query(first.databaseUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await first.stop();
  await first.stop();
  await expect(query(first.databaseUrl, 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/);

  const second = await openEmbeddedPostgres({ dataDir });
  expect(await query(second.databaseUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  const [server] = await query<{ encoding: string; addresses: string }>(
    second.databaseUrl,
    "SELECT current_setting('server_encoding') AS encoding, current_setting('listen_addresses') AS addresses",
  );
  expect(server).toEqual({ encoding: 'UTF8', addresses: '127.0.0.1' });
  await expect(
    query(second.databaseUrl.replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1'),
  ).rejects.toThrow(/password authentication failed/);
  await second.stop();
});

test('several that open a new directory at the same time share one server, and one has it', async () => {
  const dataDir = await temporaryFolder(0o711);
  const opened = await Promise.all([1, 2, 3].map(() => openEmbeddedPostgres({ dataDir })));
  expect(new Set(opened.map(({ databaseUrl }) => databaseUrl)).size).toBe(1);
  for (const { databaseUrl } of opened) await query(databaseUrl, 'SELECT 1');
  const guests = opened.filter(({ owner }) => !owner);
  await Promise.all(guests.map((guest) => guest.stop()));
  if (guests.length > 0) await query(opened[0]?.databaseUrl ?? '', 'SELECT 1');
  await Promise.all(opened.map((each) => each.stop()));
});

test('starts again after its server was killed, in spite of the lock that was left', async () => {
  const dataDir = await temporaryFolder(0o711);
  const account = embeddedAccount();
  const { clusterDir } = await choosePlace(dataDir, account, () => undefined);
  const first = await openEmbeddedPostgres({ dataDir });
  const server = await findServer(clusterDir);
  process.kill(server?.pid ?? 0, 'SIGKILL');
  await pollUntil(
    () => isAlive(server?.pid ?? 0),
    (alive) => !alive,
  );
  expect(await readFile(join(clusterDir, 'postmaster.pid'), 'utf8')).toContain(String(server?.pid));
  const second = await openEmbeddedPostgres({ dataDir });
  await query(second.databaseUrl, 'SELECT 1');
  await second.stop();
  await first.stop();
});

test.runIf(process.getuid?.() === 0)(
  'as root, where its user can not go, its data is elsewhere and the log says where',
  async () => {
    const dataDir = await temporaryFolder(0o700);
    const said: string[] = [];
    const postgres = await openEmbeddedPostgres({ dataDir, log: (message) => said.push(message) });
    await query(postgres.databaseUrl, 'SELECT 1');
    await postgres.stop();
    const [, clusterDir = ''] = /can't reach .*: its data is in (.*)$/.exec(said.join('\n')) ?? [];
    expect(clusterDir).toMatch(/\/posthorn\/[0-9a-f]{16}\/postgres$/);
    await rm(dirname(clusterDir), { recursive: true });
  },
);
