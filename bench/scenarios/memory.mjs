// What a queued delivery costs in Redis.
import { Queue } from 'bullmq';
import { createPosthorn } from '../../dist/index.js';

export function prepare(services, { quick, count = quick ? 2_000 : 100_000 }) {
  const payload = { text: 'x'.repeat(4_096) };
  const batches = Array.from({ length: count / 500 }, (_, n) => n);

  async function measure(work) {
    const place = await services.fresh();
    const before = await services.redisMemory();
    await work(place);
    return { bytes: ((await services.redisMemory()) - before) / count };
  }

  const bare = () =>
    measure(async ({ redisUrl }) => {
      const { hostname: host, port } = new URL(redisUrl);
      const queue = new Queue('bare', { connection: { host, port: Number(port) } });
      for (const _ of batches) {
        await queue.addBulk(
          Array.from({ length: 500 }, () => ({
            name: 'deliver',
            data: { url: 'http://127.0.0.1/hook', payload },
            opts: { removeOnComplete: true },
          })),
        );
      }
      await queue.close();
    });

  const own = () =>
    measure(async ({ databaseUrl, redisUrl }) => {
      const posthorn = await createPosthorn({
        databaseUrl,
        redisUrl,
        secretKey: Buffer.alloc(32, 1).toString('base64'),
        allowCidrs: '127.0.0.0/8',
        logLevel: 'warn',
        queueLimit: 10_000_000,
      });
      await posthorn.webhooks.register({ url: 'http://127.0.0.1/hook' });
      for (const _ of batches) {
        await posthorn.enqueueMany(Array.from({ length: 500 }, () => ({ type: 'bench', payload })));
      }
      await posthorn.stop();
    });

  return {
    title: `${count} queued deliveries of a 4 KiB payload`,
    columns: [{ name: 'bytes', label: 'Redis bytes per delivery' }],
    peers: [
      { peer: 'payload in the job', run: bare },
      { peer: 'posthorn', run: own },
    ],
    targets: (found) => [
      {
        what: 'Redis bytes per delivery, of the payload in the job',
        value: found.posthorn.bytes / found['payload in the job'].bytes,
        bound: 0.2,
      },
    ],
  };
}
