// Healthy webhooks with and without bad neighbours that get as many events.
import { runOpenLoop } from './open-loop.mjs';

const HEALTHY = 70;
const HANGING = 20;
const REFUSING = 10;

export function prepare(services, { quick }) {
  const seconds = quick ? 3 : 60;
  const perSecond = quick ? 140 : 280; // to the healthy ones
  const healthy = Array.from({ length: HEALTHY }, (_, n) => `/${n}`);
  const bad = [
    ...Array.from({ length: HANGING }, (_, n) => `/hang/${n}`),
    ...Array.from({ length: REFUSING }, (_, n) => `http://127.0.0.1:9/${n}`),
  ];

  async function run(withBad, bare) {
    const place = await services.fresh();
    const paths = withBad ? mix(healthy, bad) : healthy;
    const share = healthy.length / paths.length;
    const figures = await runOpenLoop(services, place, {
      register: paths.map((path, n) => ({ path, type: `bench.${n}` })),
      types: paths.map((_, n) => `bench.${n}`),
      urls: paths.map((path) => (path.startsWith('http') ? path : place.receiverUrl + path)),
      perSecond: perSecond / share,
      seconds,
      expected: (sent) => Math.floor(sent * share),
      bare,
      watchSeconds: quick ? 2 : 30,
    });
    return figures;
  }

  return {
    title: `${HEALTHY} healthy webhooks at ${perSecond}/s for ${seconds} s, with and without ${HANGING} that hang for 15 s and ${REFUSING} that refuse`,
    columns: [
      { name: 'p50', label: 'healthy p50 ms', digits: 1 },
      { name: 'p99', label: 'healthy p99 ms', digits: 1 },
      { name: 'received', label: 'received, of sent', digits: 3 },
      { name: 'cpuMicros', label: 'CPU µs' },
      { name: 'rssMiB', label: 'RSS MiB' },
    ],
    peers: [
      { peer: 'posthorn', run: () => run(false, false) },
      { peer: 'posthorn, bad ones', run: () => run(true, false) },
      { peer: 'bare BullMQ', run: () => run(false, true) },
      { peer: 'bare BullMQ, bad ones', run: () => run(true, true) },
    ],
    targets: (found) => [
      {
        what: 'healthy p99, times without bad ones',
        value: found['posthorn, bad ones'].p99 / found.posthorn.p99,
        bound: 1.5,
      },
      {
        what: 'healthy received, of without',
        value: found['posthorn, bad ones'].received / found.posthorn.received,
        bound: 0.95,
        atLeast: true,
      },
    ],
  };
}

/** Spreads some among others evenly. */
function mix(many, few) {
  const every = many.length / few.length;
  return many.flatMap((each, n) => {
    const index = Math.floor(n / every);
    return Math.floor((n + 1) / every) > index ? [each, few[index]] : [each];
  });
}
