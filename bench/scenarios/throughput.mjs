// Deliveries that are queued already, through one worker process.
import { startActor } from '../actors.mjs';

const WEBHOOKS = 100;

export function prepare(services, { quick, count = quick ? 1_500 : 20_000, concurrency = 100 }) {
  const warm = Math.min(2_000, Math.ceil(count / 2));
  const own = { roles: ['worker', 'scheduler'], options: { concurrency } };
  const register = Array.from({ length: WEBHOOKS }, (_, n) => ({ path: `/${n}` }));
  const peers = [
    { peer: 'bare node:http', actor: 'node-http', more: {} },
    { peer: 'bare BullMQ + got', actor: 'bare', more: {} },
    { peer: 'by hand', actor: 'by-hand', more: {} },
    { peer: 'posthorn', actor: 'posthorn', more: { ...own, register } },
  ];

  async function run(actorName, more) {
    const place = await services.fresh();
    const total = warm + count;
    const setting = { ...place, count: total, webhooks: WEBHOOKS, concurrency, ...more };
    const actor = await startActor(actorName, setting);
    await actor.go();
    await services.receiver.waitFor(warm);
    const [before, from] = [await actor.usage(), await services.receiver.count()];
    const to = await services.receiver.waitFor(total);
    const after = await actor.stop();
    const made = to.received - from.received;
    return {
      perSecond: made / ((to.lastAt - from.lastAt) / 1_000),
      cpuMicros: (after.cpuMicros - before.cpuMicros) / made,
      receiverMicros: (to.cpuMicros - from.cpuMicros) / made,
      rssMiB: after.rssMiB,
    };
  }

  return {
    title: `${count} deliveries to ${WEBHOOKS} healthy webhooks, one worker process, concurrency ${concurrency}`,
    columns: [
      { name: 'perSecond', label: 'deliveries/s' },
      { name: 'cpuMicros', label: 'CPU µs per delivery' },
      { name: 'receiverMicros', label: 'receiver CPU µs' },
      { name: 'rssMiB', label: 'RSS MiB' },
    ],
    peers: peers.map(({ peer, actor, more }) => ({ peer, run: () => run(actor, more) })),
    targets: (found) => {
      const [bare, hand, own] = ['bare BullMQ + got', 'by hand', 'posthorn'].map(
        (peer) => found[peer],
      );
      return [
        {
          what: 'deliveries/s, of bare',
          value: own.perSecond / bare.perSecond,
          bound: 0.9,
          atLeast: true,
        },
        { what: 'CPU per delivery, of bare', value: own.cpuMicros / bare.cpuMicros, bound: 1.1 },
        {
          what: 'deliveries/s, times by hand',
          value: own.perSecond / hand.perSecond,
          bound: 6,
          atLeast: true,
        },
      ];
    },
  };
}
