import { expect, test } from 'vitest';
import { openTestPosthorn } from '../support/posthorn.js';
import { startReceiver } from '../support/receiver.js';
import { startRedis } from '../support/redis.js';

test('stops while Redis is away, and what was under way is recorded', async () => {
  const redis = await startRedis();
  const receiver = await startReceiver({ respond: () => ({ status: 200, delayMs: 300 }) });
  const { posthorn, ledger } = await openTestPosthorn({
    redisUrl: redis.url,
    shutdownTimeout: '1s',
  });
  await posthorn.webhooks.register({ url: receiver.url });
  await posthorn.start(['worker', 'scheduler']);
  await posthorn.enqueue({ type: 'a', payload: 1 });
  await receiver.waitForRequests(1);
  await redis.stop();
  await posthorn.stop();
  expect(await ledger.delivery.findMany()).toMatchObject([{ status: 'delivered' }]);
  await receiver.close();
});
