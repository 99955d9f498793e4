// One day of attempts, deliveries and events on its way to files, and what a running load notices of it.
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPosthorn } from '../../dist/index.js';
import { openLedger } from '../../dist/store/ledger.js';
import { makePartitions } from '../../dist/store/partitions.js';
import { query } from '../services.mjs';

const MIB = 2 ** 20;
const DAY_MS = 86_400_000;

/** Enqueued per second beside the archive. */
const RATE = 100;

export function prepare(services, { quick, count = quick ? 100_000 : 10_000_000 }) {
  async function run() {
    const place = await services.fresh();
    const folder = await mkdtemp(join(tmpdir(), 'posthorn-bench-archive-'));
    const posthorn = await createPosthorn({
      databaseUrl: place.databaseUrl,
      redisUrl: place.redisUrl,
      secretKey: Buffer.alloc(32, 1).toString('base64'),
      allowCidrs: '127.0.0.0/8',
      archive: folder,
      logLevel: 'warn',
    });
    try {
      await posthorn.runJob('partitions');
      const day = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS - 100 * DAY_MS);
      await fill(place.databaseUrl, day, count);
      await posthorn.webhooks.register({ url: place.receiverUrl });
      // Without the scheduler, whose own archive job would be first.
      await posthorn.start(['worker']);
      const quiet = await load(posthorn, place, services, async () => {
        await new Promise((resolve) => setTimeout(resolve, 10_000));
      });
      const before = process.memoryUsage().rss;
      let most = before;
      const watch = setInterval(() => {
        most = Math.max(most, process.memoryUsage().rss);
      }, 200);
      const at = performance.now();
      const busy = await load(posthorn, place, services, () => posthorn.archive.run());
      const seconds = (performance.now() - at) / 1_000;
      clearInterval(watch);
      const left = await query(
        place.databaseUrl,
        'SELECT count(*)::int AS n FROM posthorn.attempts',
      );
      return {
        seconds,
        perSecond: count / seconds,
        fileMiB: (await bytesOf(folder)) / MIB,
        grownMiB: Math.max(0, most - before) / MIB,
        quietP95: quiet,
        busyP95: busy,
        left: left[0].n > count / 2 ? 1 : 0,
      };
    } finally {
      await posthorn.stop();
      await rm(folder, { recursive: true, force: true });
    }
  }

  return {
    title: `a day of ${count} attempts, half as many deliveries and a tenth as many events`,
    columns: [
      { name: 'seconds', label: 's', digits: 1 },
      { name: 'perSecond', label: 'attempts/s' },
      { name: 'fileMiB', label: 'files MiB', digits: 1 },
      { name: 'grownMiB', label: 'process grew MiB' },
      { name: 'quietP95', label: 'enqueue p95 before ms', digits: 1 },
      { name: 'busyP95', label: 'enqueue p95 during ms', digits: 1 },
    ],
    peers: [{ peer: 'archive', run }],
    targets: (found) => [
      { what: 'days left in the tables', value: found.archive.left, bound: 0 },
      { what: 'the process grew, MiB', value: found.archive.grownMiB, bound: 200 },
    ],
  };
}

/** Enqueues at a steady rate while work goes on. @returns the p95 of a call, in milliseconds */
async function load(posthorn, _place, _services, work) {
  const took = [];
  let running = true;
  const producing = (async () => {
    for (let n = 0; running; n += 1) {
      const at = performance.now();
      await posthorn.enqueue({ type: 'bench', payload: n });
      took.push(performance.now() - at);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, 1_000 / RATE - took.at(-1))));
    }
  })();
  await work();
  running = false;
  await producing;
  took.sort((one, other) => one - other);
  return took[Math.floor(took.length * 0.95)] ?? 0;
}

async function bytesOf(folder) {
  let bytes = 0;
  for (const name of await readdir(folder, { recursive: true })) {
    const found = await stat(join(folder, name));
    if (found.isFile()) bytes += found.size;
  }
  return bytes;
}

async function fill(databaseUrl, day, count) {
  const ledger = openLedger({ databaseUrl, poolSize: 2 });
  await makePartitions(ledger, day, day);
  await ledger.$disconnect();
  const id = (prefix) =>
    `'${prefix}' || lpad(to_hex($1::bigint + n * 86000000 / $2::bigint), 12, '0') || lpad(to_hex(n), 20, '0')`;
  const values = [day.getTime(), count];
  const webhook = "'wh_' || lpad(to_hex(n % 1000), 32, '0')";
  const at = 'to_timestamp(($1::bigint + n * 86000000 / $2::bigint) / 1000.0)';
  await query(
    databaseUrl,
    `INSERT INTO posthorn.attempts (id, delivery_id, webhook_id, number, outcome, status_code,
       response_excerpt, started_at, duration_ms)
     SELECT ${id('att_')}, ${id('dlv_')}, ${webhook}, 1, 'ok', 200, 'received', ${at}, 12
     FROM generate_series(1, $2::bigint) AS n`,
    values,
  );
  await query(
    databaseUrl,
    `INSERT INTO posthorn.deliveries (id, event_id, webhook_id, account_id, status, attempt_count, due_at,
       last_outcome, last_status_code, created_at, ended_at)
     SELECT ${id('dlv_')}, ${id('evt_')}, ${webhook}, 'a', 'delivered', 2, ${at}, 'ok', 200, ${at}, ${at}
     FROM generate_series(1, $2::bigint, 2) AS n`,
    values,
  );
  await query(
    databaseUrl,
    `INSERT INTO posthorn.events (id, account_id, type, payload, created_at)
     SELECT ${id('evt_')}, 'a', 'expense.created', '{"id":' || n || ',"note":"' || repeat('x', 200) || '"}', ${at}
     FROM generate_series(1, $2::bigint, 10) AS n`,
    values,
  );
  await query(databaseUrl, 'ANALYZE');
}
