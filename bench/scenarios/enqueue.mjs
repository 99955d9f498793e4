// Producers, while no worker runs.
import { startActor } from '../actors.mjs';
import { latencyFigures } from '../figures.mjs';

export function prepare(services, { quick, count = quick ? 3_000 : 20_000 }) {
  const callers = 32;

  async function run(bare) {
    const place = await services.fresh();
    if (!bare) {
      const register = Array.from({ length: 100 }, (_, n) => ({ path: `/${n}` }));
      const setup = await startActor('posthorn', { ...place, register, roles: [] });
      await setup.go();
      await setup.stop();
    }
    const actor = await startActor('enqueue', {
      ...place,
      bare,
      count,
      callers,
      options: { queueLimit: 10_000_000 },
    });
    await actor.go();
    const { result } = await actor.stop();
    const { p50, p99 } = latencyFigures(result.times);
    return { perSecond: result.perSecond, p50, p99 };
  }

  return {
    title: `${count} events in batches of 500, four at a time; then one by one by ${callers} callers`,
    columns: [
      { name: 'perSecond', label: 'events/s' },
      { name: 'p50', label: 'single p50 ms', digits: 1 },
      { name: 'p99', label: 'single p99 ms', digits: 1 },
    ],
    peers: [
      { peer: 'bare addBulk', run: () => run(true) },
      { peer: 'posthorn enqueueMany', run: () => run(false) },
    ],
    targets: (found) => [
      {
        what: 'events/s, of bare',
        value: found['posthorn enqueueMany'].perSecond / found['bare addBulk'].perSecond,
        bound: 0.5,
        atLeast: true,
      },
    ],
  };
}
