// What every process of a benchmark does alike: read what it is told, say when it is ready, answer
// questions, and end in order.
import { once } from 'node:events';

/** What the scenario told this process. */
export const setting = JSON.parse(process.env.BENCH_SETTING);

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

/** The options of a Posthorn on the benchmark's services. */
export function posthornOptions() {
  return {
    databaseUrl: setting.databaseUrl,
    redisUrl: setting.redisUrl,
    secretKey: Buffer.alloc(32, 1).toString('base64'),
    allowCidrs: '127.0.0.0/8',
    logLevel: 'warn',
    ...setting.options,
  };
}

/** This process's use of the machine so far. */
function usage() {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return { cpuMicros: user + system, rssMiB: rss / 2 ** 20, heapMiB: heapUsed / 2 ** 20 };
}

/**
 * Says that it is ready, calls `work` at "go" and the function that it answers with at "stop", and answers
 * every "usage" meanwhile. What `work` or its end resolves with is sent along.
 */
export async function act(work) {
  process.on('disconnect', () => process.exit());
  process.send({ kind: 'ready' });
  process.on('message', (message) => {
    if (message === 'usage') process.send({ kind: 'usage', ...usage() });
  });
  await told('go');
  const stop = await work();
  process.send({ kind: 'going' });
  await told('stop');
  const result = await stop?.();
  // A long message is still on its way when send returns.
  process.send({ kind: 'stopped', ...usage(), result }, () => process.exit());
}

async function told(word) {
  for (;;) {
    const [message] = await once(process, 'message');
    if (message === word) return;
  }
}
