// Redis, PostgreSQL and the receiver of a benchmark run, each a process of its own on a free port.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import pg from 'pg';
import { openEmbeddedPostgres } from '../dist/store/embedded-postgres.js';
import { migrate } from '../dist/store/migrate.js';

export async function startServices() {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-bench-'));
  await chmod(folder, 0o711); // where PostgreSQL runs as another user
  const postgres = await openEmbeddedPostgres({ dataDir: folder });
  const redis = await startRedis();
  const receiver = await startReceiver();
  let databases = 0;

  return {
    redisUrl: redis.url,
    receiver,
    /** Empties Redis. */
    async reset() {
      const client = new Redis(redis.url);
      await client.flushall();
      await client.quit();
    },
    /** A fresh, migrated database. */
    async createDatabase() {
      databases += 1;
      const name = `bench_${databases}`;
      const client = new pg.Client({ connectionString: postgres.databaseUrl });
      await client.connect();
      await client.query(`CREATE DATABASE ${name}`);
      await client.end();
      const url = new URL(postgres.databaseUrl);
      url.pathname = `/${name}`;
      await migrate(url.href);
      return url.href;
    },
    async stop() {
      receiver.stop();
      redis.process.kill();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startRedis() {
  const port = await freePort();
  const args = [
    '--port',
    String(port),
    '--save',
    '',
    '--appendonly',
    'no',
    '--maxmemory-policy',
    'noeviction',
  ];
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  const url = `redis://127.0.0.1:${port}`;
  const client = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  await client.ping();
  await client.quit();
  return { url, process: child };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function startReceiver() {
  const child = fork(fileURLToPath(new URL('./receiver.mjs', import.meta.url)));
  const [{ url }] = await once(child, 'message');
  const ask = async (question) => {
    child.send(question);
    const [answer] = await once(child, 'message');
    return answer;
  };
  return {
    url,
    reset: () => ask('reset'),
    /** Waits for so many requests; answers with the time of the last one. */
    async waitFor(count) {
      for (;;) {
        const { received, lastAt } = await ask('count');
        if (received >= count) return lastAt;
        await sleep(50);
      }
    },
    stop: () => child.kill(),
  };
}
