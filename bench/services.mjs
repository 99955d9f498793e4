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
    /** What Redis uses, in bytes. */
    redisMemory: () => redisMemory(redis.url),
    /** An empty Redis, a receiver that has counted nothing, and a fresh, migrated database. */
    async fresh() {
      const client = new Redis(redis.url);
      await client.flushall();
      await client.quit();
      await receiver.reset();
      databases += 1;
      const name = `bench_${databases}`;
      await query(postgres.databaseUrl, `CREATE DATABASE ${name}`);
      const url = new URL(postgres.databaseUrl);
      url.pathname = `/${name}`;
      await migrate(url.href);
      return { databaseUrl: url.href, redisUrl: redis.url, receiverUrl: receiver.url };
    },
    /** Three Redis nodes that are one cluster; the caller stops it. */
    startCluster: () => startCluster(folder),
    async stop() {
      receiver.stop();
      redis.process.kill();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs one statement on a database, and answers with its rows. */
export async function query(databaseUrl, sql, values) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
}

async function redisMemory(url) {
  const client = new Redis(url);
  const info = await client.info('memory');
  await client.quit();
  return Number(/^used_memory:(\d+)/m.exec(info)[1]);
}

const SLOTS = 16_384;

async function startCluster(folder) {
  const nodes = [];
  for (let n = 0; n < 3; n += 1) {
    const busPort = await freePort();
    const config = join(folder, `cluster-${process.hrtime.bigint()}.conf`);
    nodes.push({
      busPort,
      ...(await startRedis([
        ...['--cluster-enabled', 'yes', '--cluster-port', String(busPort)],
        ...['--cluster-config-file', config],
      ])),
    });
  }
  const call = async ({ url }, ...words) => {
    const client = new Redis(url);
    try {
      return await client.call('CLUSTER', ...words);
    } finally {
      client.disconnect();
    }
  };
  for (const [n, node] of nodes.entries()) {
    const first = Math.floor((n * SLOTS) / nodes.length);
    const last = Math.floor(((n + 1) * SLOTS) / nodes.length) - 1;
    await call(node, 'ADDSLOTSRANGE', first, last);
    await call(node, 'SET-CONFIG-EPOCH', n + 1);
  }
  for (const node of nodes.slice(1)) {
    await call(nodes[0], 'MEET', '127.0.0.1', new URL(node.url).port, node.busPort);
  }
  for (const node of nodes) {
    for (;;) {
      const info = String(await call(node, 'INFO'));
      if (info.includes('cluster_state:ok') && info.includes('cluster_size:3')) break;
      await sleep(100);
    }
  }
  return {
    redisUrl: nodes.map(({ url }) => url).join(','),
    stop() {
      for (const node of nodes) node.process.kill();
    },
  };
}

async function startRedis(more = []) {
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
    ...more,
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
  const child = fork(fileURLToPath(new URL('./receiver.mjs', import.meta.url)), {
    serialization: 'advanced',
  });
  const [{ url }] = await once(child, 'message');
  const ask = async (question) => {
    child.send(question);
    const [answer] = await once(child, 'message');
    return answer;
  };
  return {
    url,
    reset: () => ask('reset'),
    count: () => ask('count'),
    latencies: () => ask('latencies'),
    /** Waits for so many requests. */
    async waitFor(count) {
      for (;;) {
        const answer = await ask('count');
        if (answer.received >= count) return answer;
        await sleep(20);
      }
    },
    stop: () => child.kill(),
  };
}
