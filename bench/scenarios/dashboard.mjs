// The dashboard of a large installation beside that of a small one.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startApi } from '../../dist/api/server.js';
import { createPosthorn } from '../../dist/index.js';
import { createLogger } from '../../dist/log.js';
import { browse } from '../dashboard/browse.mjs';
import { fill } from '../dashboard/fill.mjs';
import { percentile } from '../figures.mjs';

const FOLDER = fileURLToPath(new URL('../../dist/dashboard/', import.meta.url));
const API_KEY = 'a-key-of-the-benchmark';
const SMALL = { webhooks: 100, attempts: 30_000 };

/** How often each list is asked for. */
const ASKED = 20;

/** What the pages ask for, by the name of its figure. */
const REQUESTS = {
  overviewMs: () => '/v1/overview',
  listMs: () => '/v1/webhooks?limit=100',
  foundMs: () => '/v1/webhooks?limit=100&search=hooks-77.example',
  notFoundMs: () => '/v1/webhooks?limit=100&search=nothing',
  attemptsMs: (id) => `/v1/webhooks/${id}/attempts?limit=50`,
  exhaustedMs: () => '/v1/deliveries?limit=50&status=exhausted',
};

export async function prepare(services, { quick, rounds, count }) {
  const large = quick
    ? { webhooks: 5_000, attempts: count ?? 100_000 }
    : { webhooks: 100_000, attempts: count ?? 10_000_000 };
  const bundleKib = await bundleSize();

  async function make(peer, size) {
    const place = await services.fresh();
    const say = (what) => console.error(`dashboard: ${peer}, ${what}`);
    await fill(place.databaseUrl, { ...size, say });
    const options = { ...place, queuePrefix: `{dashboard-${peer}}` };
    await withPosthorn(options, async (posthorn) => {
      say('counting attempts');
      await posthorn.rollup.run();
    });
    return { peer, run: () => withPosthorn(options, measure) };
  }

  return {
    title: `${large.webhooks} webhooks and ${large.attempts} attempts, beside ${SMALL.webhooks} and ${SMALL.attempts}; p95 of what the API answers, ms`,
    rounds,
    columns: [
      ...Object.keys(REQUESTS).map((name) => ({ name, label: words(name) })),
      { name: 'loadMs', label: 'first load' },
      { name: 'paintMs', label: 'largest paint' },
      { name: 'loadKib', label: 'KiB' },
      { name: 'shift', label: 'layout shift', digits: 3 },
      { name: 'webhooksMs', label: 'open list' },
      { name: 'scrollMs', label: 'scroll, worst' },
      { name: 'rows', label: 'rows in document' },
      { name: 'searchMs', label: 'search' },
      { name: 'webhookMs', label: 'open webhook' },
      { name: 'deliveriesMs', label: 'open deliveries' },
    ],
    peers: [await make('small', SMALL), await make('large', large)],
    targets: ({ large: found }) => [
      { what: 'all of the dashboard, brotli, KiB', value: bundleKib, bound: 250 },
      { what: 'first load, ms', value: found.loadMs, bound: 2_000 },
      { what: 'layout shift of the first load', value: found.shift, bound: 0.1 },
      { what: 'a page of webhooks from the API, ms', value: found.listMs, bound: 200 },
      {
        what: 'from the last key of a search to its rows, ms',
        value: found.searchMs,
        bound: 1_000,
      },
      { what: 'worst of 20 scrolls of 3,000 pixels, ms', value: found.scrollMs, bound: 1_000 },
    ],
  };
}

const words = (name) => name.replace(/Ms$/, '').replace(/[A-Z]/g, (at) => ` ${at.toLowerCase()}`);

async function withPosthorn({ databaseUrl, redisUrl, queuePrefix }, work) {
  const posthorn = await createPosthorn({
    databaseUrl,
    redisUrl,
    queuePrefix,
    secretKey: Buffer.alloc(32, 1).toString('base64'),
    logLevel: 'warn',
  });
  try {
    return await work(posthorn);
  } finally {
    await posthorn.stop();
  }
}

async function measure(posthorn) {
  const log = createLogger('warn');
  const at = { host: '127.0.0.1', port: 0 };
  const api = await startApi({ posthorn, log, routes: 'all', apiKey: API_KEY, ...at });
  try {
    return { ...(await askApi(api.address)), ...(await browse(api.address, API_KEY)) };
  } finally {
    await api.stop();
  }
}

/** The p95 of each request's time. */
async function askApi(address) {
  const ask = async (path) => {
    const response = await fetch(address + path, {
      headers: { authorization: `Bearer ${API_KEY}` },
    });
    const body = await response.json();
    if (!response.ok) throw new Error(`${path}: ${body.detail}`);
    return body;
  };
  const { data } = await ask('/v1/webhooks?limit=100');
  const figures = {};
  for (const [name, path] of Object.entries(REQUESTS)) {
    const times = [];
    for (let n = 0; n < ASKED; n += 1) {
      const start = performance.now();
      await ask(path(data[n].id));
      times.push(performance.now() - start);
    }
    figures[name] = percentile(times, 95);
  }
  return figures;
}

/** All that browsers can be sent of the dashboard, compressed, in KiB. */
async function bundleSize() {
  const files = (await readdir(FOLDER, { recursive: true })).filter((file) => file.endsWith('.br'));
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(FOLDER, file))).size));
  return sizes.reduce((sum, size) => sum + size, 0) / 1_024;
}
