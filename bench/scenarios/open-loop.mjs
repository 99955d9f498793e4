// What the scenarios with a steady rate share: a producer in an open loop, and one worker process.
import { setTimeout as sleep } from 'node:timers/promises';
import { startActor } from '../actors.mjs';
import { latencyFigures } from '../figures.mjs';

const WARM_SECONDS = 2;

/**
 * Sends at a rate for some seconds, and tells how long events took to arrive at the receiver: those that
 * were sent after a short while to warm up.
 *
 * @param options.register webhooks, `{path, type}`; a path that is a whole URL leads elsewhere
 * @param options.types the events' types, in turn
 * @param options.expected how many of the events reach the receiver
 * @param options.watchSeconds how long after the last was sent the receiver is watched, where not all have come
 * @param options.meanwhile called once the worker runs, before anything is sent; an end to wait for
 */
export async function runOpenLoop(services, place, options) {
  const { register, types, perSecond, seconds, expected, bare, urls, meanwhile } = options;
  const { watchSeconds = 30 } = options;
  const own = { roles: ['worker', 'scheduler'], ...options.worker };
  const worker = bare
    ? await startActor('bare', { ...place, count: 0, concurrency: 100, force: true })
    : await startActor('posthorn', { ...place, register, ...own });
  const producer = await startActor('producer', {
    ...place,
    types,
    urls,
    bare,
    perSecond,
    seconds: seconds + WARM_SECONDS,
  });
  await worker.go();
  await meanwhile?.();
  const before = await worker.usage();
  await producer.go();
  await producer.hear('sent');
  const wanted = expected(perSecond * (seconds + WARM_SECONDS));
  await settle(services.receiver, wanted, watchSeconds);
  const { latencies, arrivals } = await services.receiver.latencies();
  const after = await worker.usage();
  const { result } = await producer.stop();
  if (bare) worker.kill();
  else await worker.stop();
  // A reduce, not Math.min(...): the list can be longer than an argument list may be.
  const first = arrivals.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY);
  const measured = latencies.filter(
    (_, n) => arrivals[n] - latencies[n] >= first + WARM_SECONDS * 1_000,
  );
  return {
    ...latencyFigures(measured),
    received: latencies.length / wanted,
    enqueueP99: latencyFigures(result.answers).p99,
    cpuMicros: (after.cpuMicros - before.cpuMicros) / Math.max(1, latencies.length),
    rssMiB: after.rssMiB,
  };
}

/** Waits until so many have come, or for so many seconds. */
async function settle(receiver, count, seconds) {
  for (let tenths = 0; tenths < seconds * 10; tenths += 1) {
    const { received } = await receiver.count();
    if (received >= count) return;
    await sleep(100);
  }
}
