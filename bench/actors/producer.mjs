// Enqueues events in an open loop: on schedule, however long the answers take. Each tells when.
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { createPosthorn } from '../../dist/index.js';
import { act, payload, posthornOptions, redisConnection, setting } from './actor.mjs';

const { perSecond, seconds, types, urls } = setting;
const target = setting.bare ? await openBare() : await openPosthorn();

/** Events of these types for Posthorn. */
async function openPosthorn() {
  const posthorn = await createPosthorn(posthornOptions());
  return {
    send: (n, body) => posthorn.enqueue({ type: types[n % types.length], payload: body }),
    close: () => posthorn.stop(),
  };
}

/** Jobs for the bare worker. */
async function openBare() {
  const queue = new Queue('bare', { connection: redisConnection() });
  return {
    send: (n, body) =>
      queue.add(
        'deliver',
        { url: urls[n % urls.length], payload: body },
        { removeOnComplete: true, removeOnFail: true },
      ),
    close: () => queue.close(),
  };
}

const now = () => performance.timeOrigin + performance.now();

await act(() => {
  const answers = [];
  let failed = 0;
  let sent = 0;
  const run = async () => {
    const begin = performance.now();
    const total = perSecond * seconds;
    while (sent < total) {
      const due = Math.min(total, Math.floor(((performance.now() - begin) / 1_000) * perSecond));
      for (; sent < due; sent += 1) {
        const at = now();
        target
          .send(sent, { at, ...payload(sent) })
          .then(() => answers.push(now() - at))
          .catch(() => {
            failed += 1;
          });
      }
      await sleep(2);
    }
    process.send({ kind: 'sent', sent });
  };
  const running = run();
  return async () => {
    await running;
    await target.close();
    return { answers, failed, sent };
  };
});
