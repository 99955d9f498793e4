import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pollUntil } from './poll.js';
import { freePort, type RedisServer, startRedis } from './redis-server.js';

/** A Redis Cluster of a test's own. */
export interface RedisCluster {
  /** Its nodes, as REDIS_URL names them. */
  readonly url: string;
  readonly nodes: readonly RedisServer[];
  stop(): Promise<void>;
}

const SLOTS = 16_384;

/** Starts a cluster of masters on free ports, each with an equal range of the slots. */
export async function startRedisCluster(size = 3): Promise<RedisCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-cluster-'));
  const nodes: ClusterNode[] = [];
  const stop = async () => {
    await Promise.all(nodes.map(({ server }) => server.stop()));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    for (let index = 0; index < size; index += 1) nodes.push(await startNode(folder, index));
    await joinNodes(nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  const servers = nodes.map(({ server }) => server);
  return { url: servers.map(({ url }) => url).join(','), nodes: servers, stop };
}

interface ClusterNode {
  readonly server: RedisServer;
  /** On which the nodes talk to each other. */
  readonly busPort: number;
}

async function startNode(folder: string, index: number): Promise<ClusterNode> {
  const busPort = await freePort();
  const server = await startRedis([
    ...['--cluster-enabled', 'yes', '--cluster-port', String(busPort)],
    ...['--cluster-config-file', join(folder, `${index}.conf`)],
  ]);
  return { server, busPort };
}

/** Gives each node its slots, makes them known to each other, and waits until all agree. */
async function joinNodes(nodes: readonly ClusterNode[]): Promise<void> {
  for (const [index, { server }] of nodes.entries()) {
    const first = Math.floor((index * SLOTS) / nodes.length);
    const last = Math.floor(((index + 1) * SLOTS) / nodes.length) - 1;
    await server.command('CLUSTER', 'ADDSLOTSRANGE', String(first), String(last));
    await server.command('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
  }
  const [first, ...others] = nodes;
  for (const { server, busPort } of others) {
    await first?.server.command(
      'CLUSTER',
      'MEET',
      '127.0.0.1',
      String(server.port),
      String(busPort),
    );
  }
  for (const { server } of nodes) {
    await pollUntil(
      async () => String(await server.command('CLUSTER', 'INFO')),
      (info) =>
        info.includes('cluster_state:ok') &&
        info.includes(`cluster_known_nodes:${nodes.length}`) &&
        info.includes(`cluster_size:${nodes.length}`),
      { what: 'a cluster whose nodes agree' },
    );
  }
}
