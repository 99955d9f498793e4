// BullMQ and got, the payload in the job, nothing recorded.
import { Agent } from 'node:http';
import { Queue, Worker } from 'bullmq';
import got from 'got';
import { act, payload, redisConnection, setting } from './actor.mjs';

const queue = new Queue('bare', { connection: redisConnection() });
for (let n = 0; n < setting.count; n += 1_000) {
  const size = Math.min(1_000, setting.count - n);
  await queue.addBulk(
    Array.from({ length: size }, (_, index) => ({
      name: 'deliver',
      data: {
        url: `${setting.receiverUrl}/${(n + index) % setting.webhooks}`,
        payload: payload(n + index),
      },
      opts: { removeOnComplete: true },
    })),
  );
}
const client = got.extend({
  agent: { http: new Agent({ keepAlive: true }) },
  retry: { limit: 0 },
  throwHttpErrors: false,
  timeout: { request: 15_000 },
});

await act(async () => {
  const worker = new Worker(
    'bare',
    async ({ data }) => {
      await client.post(data.url, {
        body: JSON.stringify(data.payload),
        headers: { 'content-type': 'application/json' },
      });
    },
    { connection: redisConnection(), concurrency: setting.concurrency },
  );
  worker.on('error', () => undefined);
  return async () => {
    // What hangs would be waited for.
    await worker.close(setting.force ?? false);
    await queue.close();
  };
});
