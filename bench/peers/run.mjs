// What every peer does alike: prepare, say so, work from "go" to "stop", and tell its own CPU time.
import { once } from 'node:events';

export const setting = {
  redisUrl: process.env.BENCH_REDIS_URL,
  databaseUrl: process.env.BENCH_DATABASE_URL,
  receiverUrl: process.env.BENCH_RECEIVER_URL,
  count: Number(process.env.BENCH_COUNT),
  concurrency: Number(process.env.BENCH_CONCURRENCY),
  webhooks: Number(process.env.BENCH_WEBHOOKS),
};

/** The payload of every event: about 500 bytes of JSON. */
export function payload(n) {
  return {
    id: n,
    amount: 4200,
    currency: 'EUR',
    collective: 'posthorn',
    description: 'x'.repeat(400),
  };
}

export function redisConnection() {
  const { hostname, port } = new URL(setting.redisUrl);
  return { host: hostname, port: Number(port), maxRetriesPerRequest: null };
}

/** Calls `work` at "go" and the function that it answers with at "stop"; then tells the figures. */
export async function measure(work) {
  process.send('ready');
  await once(process, 'message');
  const before = process.cpuUsage();
  const stop = await work();
  await once(process, 'message');
  await stop();
  const { user, system } = process.cpuUsage(before);
  process.send({ cpuMicros: user + system, maxRssBytes: process.resourceUsage().maxRSS * 1024 });
}
