// More worker processes, and shards on a Redis Cluster.
import { startActor } from '../actors.mjs';

const WEBHOOKS = 100;

export async function prepare(
  services,
  { quick, count = quick ? 600 : 20_000, concurrency = 100 },
) {
  const warm = Math.ceil(count / 4);

  async function run(processes, shards, redisUrl) {
    const place = { ...(await services.fresh()), ...(redisUrl === undefined ? {} : { redisUrl }) };
    const options = { concurrency, shards, queuePrefix: `{scale-${process.hrtime.bigint()}}` };
    const setting = { ...place, options, roles: ['worker', 'scheduler'], webhooks: WEBHOOKS };
    const register = Array.from({ length: WEBHOOKS }, (_, n) => ({ path: `/${n}` }));
    const actors = [await startActor('posthorn', { ...setting, register, count: warm + count })];
    while (actors.length < processes) actors.push(await startActor('posthorn', setting));
    await Promise.all(actors.map((actor) => actor.go()));
    const from = await services.receiver.waitFor(warm);
    const to = await services.receiver.waitFor(warm + count);
    const ends = await Promise.all(actors.map((actor) => actor.stop()));
    const seconds = (to.lastAt - from.lastAt) / 1_000;
    return {
      perSecond: (to.received - from.received) / seconds,
      workerCores: ends.reduce((sum, end) => sum + end.cpuMicros, 0) / 1e6 / seconds,
      receiverCores: (to.cpuMicros - from.cpuMicros) / 1e6 / seconds,
    };
  }

  async function runCluster(shards) {
    const cluster = await services.startCluster();
    try {
      return await run(1, shards, cluster.redisUrl);
    } finally {
      cluster.stop();
    }
  }

  return {
    title: `${count} deliveries to ${WEBHOOKS} healthy webhooks`,
    columns: [
      { name: 'perSecond', label: 'deliveries/s' },
      { name: 'receiverCores', label: 'cores the receiver took', digits: 2 },
    ],
    peers: [
      { peer: '1 process', run: () => run(1, 1) },
      { peer: '2 processes', run: () => run(2, 1) },
      { peer: '1 shard on a cluster of 3', run: () => runCluster(1) },
      { peer: '3 shards on a cluster of 3', run: () => runCluster(3) },
    ],
    targets: () => [],
  };
}
