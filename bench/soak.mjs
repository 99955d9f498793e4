// A soak: steady load on a worker, a scheduler and an API, each a process of its own, over endpoints of
// every kind. Samples what each process, Redis and PostgreSQL hold, says whether anything grows, and plots it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { createPosthorn } from '../dist/posthorn.js';
import { median } from './figures.mjs';
import { plotLines } from './plot-lines.mjs';
import { query, startServices } from './services.mjs';

const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const ROLES = ['worker', 'scheduler', 'api'];

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string', default: '50' },
    plots: { type: 'string', default: fileURLToPath(new URL('./plots', import.meta.url)) },
  },
});
const durationMs = Number(values.minutes) * 60_000;
const sampleMs = Math.max(1_000, Math.min(10_000, durationMs / 180));

/** What is sampled of each process, by the name under which it tells Prometheus. */
const FIGURES = {
  rss: { metric: 'process_resident_memory_bytes', label: 'resident memory, MiB', per: 2 ** 20 },
  heap: { metric: 'nodejs_heap_size_used_bytes', label: 'heap in use, MiB', per: 2 ** 20 },
  handles: { metric: 'nodejs_active_handles_total', label: 'handles', per: 1 },
  descriptors: { metric: 'process_open_fds', label: 'open files and sockets', per: 1 },
};

const services = await startServices();
const cleanups = [() => services.stop()];
try {
  const { databaseUrl, redisUrl } = await services.fresh();
  const endpoints = await startEndpoints();
  cleanups.push(() => endpoints.close());
  const environment = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    POSTHORN_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    POSTHORN_API_KEY: 'key-of-the-soak-0123456789',
    POSTHORN_ALLOW_CIDRS: '127.0.0.0/8',
    POSTHORN_TIMEOUT: '2s',
    POSTHORN_RETRY_BASE: '1s',
    POSTHORN_RETRY_FACTOR: '2',
    POSTHORN_RETRY_ATTEMPTS: '4',
    POSTHORN_BREAKER_PAUSE_CAP: '1m',
    POSTHORN_LOG_LEVEL: 'warn',
  };
  const posthorn = await createPosthorn({
    databaseUrl,
    redisUrl,
    secretKey: environment.POSTHORN_SECRET_KEY,
    allowCidrs: environment.POSTHORN_ALLOW_CIDRS,
    logLevel: 'silent',
  });
  cleanups.push(() => posthorn.stop());
  for (const [kind, url] of Object.entries(endpoints.urls)) {
    const eventTypes = ['dead', 'hanging'].includes(kind) ? ['soak.some'] : [];
    await posthorn.webhooks.register({ url, description: kind, eventTypes });
  }
  const processes = await Promise.all(ROLES.map((role) => startRole(role, environment)));
  for (const each of processes) cleanups.push(() => each.stop());

  const over = new AbortController();
  const producing = produce(posthorn, Number(values.rate), over.signal);
  const samples = await sample(processes, redisUrl);
  over.abort();
  const enqueued = await producing;
  await report(samples, { enqueued, databaseUrl, endpoints });
} finally {
  for (const cleanup of cleanups.toReversed()) await cleanup();
}

/** Endpoints that are well, slow, flaky, hanging, dead, chatty, and one that closes each connection. */
async function startEndpoints() {
  let received = 0;
  const answer = {
    well: (response) => response.end('ok'),
    slow: (response) => setTimeout(() => response.end('ok'), 300),
    flaky: (response) => response.writeHead(Math.random() < 0.2 ? 500 : 200).end(),
    hanging: () => undefined,
    chatty: (response) => response.end('x'.repeat(200_000)),
    closing: (response) => response.writeHead(200, { connection: 'close' }).end(),
  };
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      received += 1;
      answer[request.url.slice(1)]?.(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${server.address().port}`;
  const urls = Object.fromEntries(Object.keys(answer).map((kind) => [kind, `${base}/${kind}`]));
  return {
    urls: { ...urls, dead: `http://127.0.0.1:${await freePort()}/` },
    received: () => received,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function freePort() {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts a role whose metrics can be read, and waits until they can. */
async function startRole(role, environment) {
  const port = await freePort();
  const own = role === 'api' ? { PORT: port } : { POSTHORN_HEALTH_PORT: port };
  const child = spawn(process.execPath, [MAIN, 'start', '--roles', role], {
    env: { PATH: process.env.PATH, ...environment, ...own },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const headers = { authorization: `Bearer ${environment.POSTHORN_API_KEY}` };
  const read = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`, { headers });
    return response.text();
  };
  while (!(await read().catch(() => undefined))) await sleep(100);
  return {
    role,
    read,
    async stop() {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** Enqueues at a steady rate, a tenth of it of the type that the failing endpoints want, too. */
async function produce(posthorn, rate, signal) {
  const pauseMs = 100;
  let enqueued = 0;
  while (!signal.aborted) {
    const due = Math.round((rate * pauseMs) / 1_000);
    const events = Array.from({ length: due }, (_, index) => ({
      type: index % 10 === 0 ? 'soak.some' : 'soak.all',
      // Large, so that what workers keep in memory of events is full soon.
      payload: { n: enqueued + index, text: 'x'.repeat(5_000) },
    }));
    await posthorn.enqueueMany(events);
    enqueued += due;
    await sleep(pauseMs);
  }
  return enqueued;
}

async function sample(processes, redisUrl) {
  const redis = new Redis(redisUrl);
  const samples = [];
  const began = performance.now();
  while (performance.now() - began < durationMs) {
    await sleep(sampleMs);
    const at = (performance.now() - began) / 60_000;
    const texts = await Promise.all(processes.map(({ read }) => read()));
    const figures = Object.fromEntries(
      processes.flatMap(({ role }, index) =>
        Object.entries(FIGURES).map(([name, { metric, per }]) => {
          const value = new RegExp(`^${metric} (\\S+)$`, 'm').exec(texts[index])?.[1];
          return [`${role} ${name}`, Number(value) / per];
        }),
      ),
    );
    const memory = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))[1]) / 2 ** 20;
    samples.push({ at, ...figures, 'redis keys': await redis.dbsize(), 'redis memory': memory });
  }
  redis.disconnect();
  return samples;
}

/**
 * Compares the second and the last quarter: the first one warms up. Of memory the least value tells what is
 * kept, the median how lazily it is collected.
 */
async function report(samples, { enqueued, databaseUrl, endpoints }) {
  const quarter = Math.floor(samples.length / 4);
  const names = Object.keys(samples[0]).filter((name) => name !== 'at');
  const growth = names.map((name) => {
    const values = samples.map((each) => each[name]);
    const [second, last] = [values.slice(quarter, 2 * quarter), values.slice(3 * quarter)];
    return {
      name,
      figures: [Math.min(...second), Math.min(...last), median(second), median(last)],
    };
  });
  console.log(`${values.minutes} min at ${values.rate} events/s: ${enqueued} events`);
  console.log('second and last quarter:      least               median');
  for (const { name, figures } of growth) {
    const cells = figures.map((value) => value.toFixed(1).padStart(9));
    console.log(`${name.padEnd(22)}${cells.join('')}`);
  }
  const rows = await query(
    databaseUrl,
    'SELECT status, count(*) FROM posthorn.deliveries GROUP BY status ORDER BY status',
  );
  console.log(`deliveries: ${rows.map(({ status, count }) => `${count} ${status}`).join(', ')}`);
  console.log(`requests received: ${endpoints.received()}`);

  await mkdir(values.plots, { recursive: true });
  const charts = [
    ...Object.entries(FIGURES).map(([name, { label }]) => ({
      label,
      lines: ROLES.map((role) => ({ name: role, key: `${role} ${name}` })),
    })),
    { label: 'Redis keys', lines: [{ name: 'keys', key: 'redis keys' }] },
    { label: 'Redis memory, MiB', lines: [{ name: 'memory', key: 'redis memory' }] },
  ];
  const title = `Soak: ${values.minutes} minutes at ${values.rate} events/s`;
  await writeFile(join(values.plots, 'soak.svg'), plotLines({ title, charts, samples }));
  await writeFile(join(values.plots, 'soak.json'), JSON.stringify(samples));
}
