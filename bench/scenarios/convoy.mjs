// A steady rate to a healthy endpoint, each event to one webhook.
import { runOpenLoop } from './open-loop.mjs';

/** The p95 that Convoy publishes for 200 events/s with PostgreSQL as its queue, in milliseconds. */
const CONVOY_P95_MS = 127;

export function prepare(services, { quick }) {
  const seconds = quick ? 2 : 60;
  const run = async (perSecond) =>
    runOpenLoop(services, await services.fresh(), {
      register: [{ path: '/sink', type: 'bench' }],
      types: ['bench'],
      perSecond,
      seconds,
      expected: (sent) => sent,
    });
  return {
    title: `a steady rate for ${seconds} s, fan-out 1, from enqueue to received (Convoy publishes a p95 of ${CONVOY_P95_MS} ms at 200/s)`,
    columns: [
      { name: 'p50', label: 'p50 ms', digits: 1 },
      { name: 'p95', label: 'p95 ms', digits: 1 },
      { name: 'p99', label: 'p99 ms', digits: 1 },
      { name: 'enqueueP99', label: 'enqueue p99 ms', digits: 1 },
      { name: 'received', label: 'received, of sent', digits: 3 },
    ],
    peers: [200, 1_000].map((perSecond) => ({
      peer: `posthorn at ${perSecond}/s`,
      run: () => run(perSecond),
    })),
    targets: (found) => [
      { what: 'p95 at 200/s, ms', value: found['posthorn at 200/s'].p95, bound: 20 },
      { what: 'p95 at 1,000/s, ms', value: found['posthorn at 1000/s'].p95, bound: 50 },
    ],
  };
}
