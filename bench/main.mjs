// Runs the peers of a scenario in turn and prints the median of each figure. See README.md beside this file.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startServices } from './services.mjs';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    count: { type: 'string' },
    rounds: { type: 'string' },
    concurrency: { type: 'string', default: '100' },
  },
});
const count = Number(values.count ?? (values.quick ? 4_000 : 20_000));
const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
const concurrency = Number(values.concurrency);
const PEERS = ['bare', 'by-hand', 'posthorn'];
const WEBHOOKS = 100;

const services = await startServices();
const figures = new Map(PEERS.map((peer) => [peer, []]));
try {
  for (let round = 0; round < rounds; round += 1) {
    for (const peer of PEERS) {
      const figure = await runPeer(peer);
      figures.get(peer).push(figure);
      console.error(
        `round ${round + 1}: ${peer} ${figure.deliveriesPerSecond.toFixed(0)} deliveries/s`,
      );
    }
  }
} finally {
  await services.stop();
}
report();

/** One measured run of one peer, in a process of its own. */
async function runPeer(peer) {
  await services.reset();
  const receiver = services.receiver;
  await receiver.reset();
  const database = await services.createDatabase();
  const child = fork(fileURLToPath(new URL(`./peers/${peer}.mjs`, import.meta.url)), {
    env: {
      ...process.env,
      BENCH_REDIS_URL: services.redisUrl,
      BENCH_DATABASE_URL: database,
      BENCH_RECEIVER_URL: receiver.url,
      BENCH_COUNT: String(count),
      BENCH_CONCURRENCY: String(concurrency),
      BENCH_WEBHOOKS: String(WEBHOOKS),
    },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`${peer} ended early with ${code}`);
  });
  failed.catch(() => undefined);
  const next = () => Promise.race([once(child, 'message').then(([message]) => message), failed]);
  await next(); // everything is queued
  const startedAt = performance.timeOrigin + performance.now();
  child.send('go');
  const last = await receiver.waitFor(count);
  child.send('stop');
  const { cpuMicros, maxRssBytes } = await next();
  const seconds = (last - startedAt) / 1_000;
  child.disconnect();
  await once(child, 'exit').catch(() => undefined);
  return {
    deliveriesPerSecond: count / seconds,
    cpuMicrosPerDelivery: cpuMicros / count,
    maxRssMiB: maxRssBytes / 2 ** 20,
  };
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function report() {
  const names = ['deliveriesPerSecond', 'cpuMicrosPerDelivery', 'maxRssMiB'];
  const rows = PEERS.map((peer) => {
    const runs = figures.get(peer);
    return {
      peer,
      ...Object.fromEntries(names.map((name) => [name, median(runs.map((run) => run[name]))])),
    };
  });
  const settings = { count, rounds, concurrency, webhooks: WEBHOOKS, node: process.version };
  if (values.json) {
    console.log(
      JSON.stringify({
        scenario: 'throughput',
        settings,
        medians: rows,
        runs: Object.fromEntries(figures),
      }),
    );
    return;
  }
  const bare = rows[0];
  console.log(
    `throughput: ${count} deliveries to ${WEBHOOKS} webhooks, concurrency ${concurrency}, median of ${rounds}, Node ${process.version}`,
  );
  console.log('peer       deliveries/s   of bare   CPU µs/delivery   of bare   max RSS MiB');
  for (const row of rows) {
    console.log(
      [
        row.peer.padEnd(10),
        row.deliveriesPerSecond.toFixed(0).padStart(12),
        (row.deliveriesPerSecond / bare.deliveriesPerSecond).toFixed(2).padStart(9),
        row.cpuMicrosPerDelivery.toFixed(0).padStart(17),
        (row.cpuMicrosPerDelivery / bare.cpuMicrosPerDelivery).toFixed(2).padStart(9),
        row.maxRssMiB.toFixed(0).padStart(13),
      ].join(' '),
    );
  }
}
