// Producers alone, no worker: events in batches, four batches at a time, or one by one by many callers.
import { Queue } from 'bullmq';
import { createPosthorn } from '../../dist/index.js';
import { act, payload, posthornOptions, redisConnection, setting } from './actor.mjs';

const BATCH = 500;
const { count, callers } = setting;

const queue = setting.bare ? new Queue('bare', { connection: redisConnection() }) : undefined;
const posthorn = setting.bare ? undefined : await createPosthorn(posthornOptions());

function send(numbers) {
  if (queue !== undefined) {
    return queue.addBulk(
      numbers.map((n) => ({
        name: 'deliver',
        data: { url: `http://127.0.0.1/${n % 100}`, payload: payload(n) },
        opts: { removeOnComplete: true },
      })),
    );
  }
  return posthorn.enqueueMany(
    numbers.map((n) => ({ type: `bench.${n % 100}`, payload: payload(n) })),
  );
}

/** Lets so many callers share so many calls; answers with each call's time, in milliseconds. */
async function share(calls, callerCount, call) {
  const times = [];
  let next = 0;
  const caller = async () => {
    while (next < calls) {
      const n = next++;
      const at = performance.now();
      await call(n);
      times.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: callerCount }, caller));
  return times;
}

const batchOf = (n, size) => Array.from({ length: size }, (_, index) => n * size + index);

await act(async () => {
  await share(8, 4, (n) => send(batchOf(n, BATCH))); // warm
  const from = performance.now();
  await share(count / BATCH, 4, (n) => send(batchOf(n, BATCH)));
  const perSecond = count / ((performance.now() - from) / 1_000);
  const times = await share(callers * 40, callers, (n) => send([n]));
  return async () => {
    await queue?.close();
    await posthorn?.stop();
    return { perSecond, times };
  };
});
