// What people write: the bare worker, and one Prisma transaction per delivery that records it.
import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { Queue, Worker } from 'bullmq';
import got from 'got';
import { openLedger } from '../../dist/store/ledger.js';
import { act, payload, redisConnection, setting } from './actor.mjs';

const ledger = openLedger({ databaseUrl: setting.databaseUrl, poolSize: 10 });
const now = new Date();
await ledger.webhook.createMany({
  data: Array.from({ length: setting.webhooks }, (_, n) => ({
    id: `wh_${n}`,
    accountId: 'a',
    url: `${setting.receiverUrl}/${n}`,
    secrets: [],
    activeSince: now,
    createdAt: now,
    updatedAt: now,
  })),
});
const queue = new Queue('by-hand', { connection: redisConnection() });
for (let n = 0; n < setting.count; n += 1_000) {
  const size = Math.min(1_000, setting.count - n);
  const numbers = Array.from({ length: size }, (_, index) => n + index);
  await ledger.delivery.createMany({
    data: numbers.map((number) => ({
      id: `dlv_${number}`,
      eventId: `evt_${number}`,
      webhookId: `wh_${number % setting.webhooks}`,
      accountId: 'a',
      dueAt: now,
      createdAt: now,
    })),
  });
  await queue.addBulk(
    numbers.map((number) => ({
      name: 'deliver',
      data: {
        deliveryId: `dlv_${number}`,
        webhookId: `wh_${number % setting.webhooks}`,
        payload: payload(number),
      },
      opts: { removeOnComplete: true },
    })),
  );
}
const client = got.extend({
  agent: { http: new Agent({ keepAlive: true }) },
  retry: { limit: 0 },
  throwHttpErrors: false,
});

async function deliver({ data: { deliveryId, webhookId, payload: body } }) {
  const startedAt = new Date();
  const number = webhookId.slice(3);
  const response = await client.post(`${setting.receiverUrl}/${number}`, {
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  const endedAt = new Date();
  await ledger.$transaction([
    ledger.attempt.create({
      data: {
        id: `att_${randomUUID()}`,
        deliveryId,
        webhookId,
        number: 1,
        outcome: 'ok',
        statusCode: response.statusCode,
        startedAt,
        durationMs: endedAt.getTime() - startedAt.getTime(),
      },
    }),
    ledger.delivery.update({
      where: { id: deliveryId },
      data: { status: 'delivered', attemptCount: 1, endedAt, dispatchAt: null },
    }),
    ledger.webhook.update({
      where: { id: webhookId },
      data: { lastSuccess: endedAt, successCount: { increment: 1 }, consecutiveFailures: 0 },
    }),
  ]);
}

await act(() => {
  const worker = new Worker('by-hand', deliver, {
    connection: redisConnection(),
    concurrency: setting.concurrency,
  });
  worker.on('error', () => undefined);
  return async () => {
    await worker.close();
    await queue.close();
    await ledger.$disconnect();
  };
});
