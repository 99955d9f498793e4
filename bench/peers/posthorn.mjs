// Posthorn's worker with everything on.
import { createPosthorn } from '../../dist/index.js';
import { measure, payload, setting } from './run.mjs';

const posthorn = await createPosthorn({
  databaseUrl: setting.databaseUrl,
  redisUrl: setting.redisUrl,
  secretKey: Buffer.alloc(32, 1).toString('base64'),
  allowCidrs: '127.0.0.0/8',
  concurrency: setting.concurrency,
  logLevel: 'warn',
});
for (let n = 0; n < setting.webhooks; n += 1) {
  await posthorn.webhooks.register({
    url: `${setting.receiverUrl}/${n}`,
    eventTypes: [`bench.${n}`],
  });
}
for (let n = 0; n < setting.count; n += 1_000) {
  const size = Math.min(1_000, setting.count - n);
  await posthorn.enqueueMany(
    Array.from({ length: size }, (_, index) => ({
      type: `bench.${(n + index) % setting.webhooks}`,
      payload: payload(n + index),
    })),
  );
}

await measure(async () => {
  await posthorn.start(['worker']);
  return () => posthorn.stop();
});
