import { once } from 'node:events';
import { Queue, Worker } from 'bullmq';
import { Cluster, Redis } from 'ioredis';
import type { Logger } from 'pino';
import { QueueError } from '../domain/errors.js';
import { settlesWithin } from '../domain/settles-within.js';
import type { QueueBackend, QueuePlace } from './backend.js';
import { createJobWorker, workerOptions } from './job-worker.js';
import { countRedisInFlight, createRedisInFlight } from './redis-in-flight.js';
import { shardPrefix } from './shards.js';

/** How long a command of a producer or the dispatcher may take before it fails. */
const COMMAND_TIMEOUT_MS = 5_000;

/** More than BullMQ's workers wait for a job in one command, which is 10 s at most. */
const LONGEST_BLOCK_MS = 15_000;

/** How long Redis may take to say goodbye. */
const GOODBYE_MS = 1_000;

/** How long a first connection is waited for before a command fails. */
const CONNECT_PATIENCE_MS = 2_000;

/**
 * BullMQ on Redis, or on a Redis Cluster where several nodes are named. Queues fail fast, because the
 * ledger holds what could not be queued; workers wait for Redis however long it is away.
 */
export function openRedisBackend(options: {
  nodes: readonly string[];
  prefix: string;
  shards: number;
  lockMs: number;
  /** How long Redis may owe a worker an answer in silence before the connection is given up. */
  answerTimeoutMs: number;
  log: Logger;
}): QueueBackend {
  const { nodes, prefix, shards, lockMs, answerTimeoutMs, log } = options;
  const prefixes = Array.from({ length: shards }, (_, index) => shardPrefix(prefix, index, shards));
  // One mark tells the number of shards, and one in each shard that this shard's jobs are there.
  const markKey = `${prefix}:mark`;
  const shardMarkKeys = prefixes.map((own) => `${own}:shard-mark`);
  const queueConnection = connect(
    nodes,
    {
      maxRetriesPerRequest: 1,
      enableOfflineQueue: false,
      commandTimeout: COMMAND_TIMEOUT_MS,
      socketTimeout: COMMAND_TIMEOUT_MS,
    },
    log,
  );

  /** BullMQ waits for a connection for ever; whoever has a ledger need not. */
  async function ready(): Promise<void> {
    if (queueConnection.status === 'ready') return;
    const connecting =
      queueConnection.status === 'connecting' || queueConnection.status === 'connect';
    const signal = AbortSignal.timeout(connecting ? CONNECT_PATIENCE_MS : 0);
    await once(queueConnection, 'ready', { signal }).catch((cause: unknown) => {
      throw new QueueError('Redis can not be reached', { cause });
    });
  }

  const workerConnections: (Redis | Cluster)[] = [];

  const prefixOf = ({ shard }: QueuePlace) =>
    shard === undefined ? prefix : shardPrefix(prefix, shard.index, shard.of);

  /** A connection that waits for Redis however long it is away. */
  function connectWorker(): Redis | Cluster {
    const patience = {
      maxRetriesPerRequest: null,
      enableOfflineQueue: true,
      socketTimeout: Math.max(answerTimeoutMs, LONGEST_BLOCK_MS),
    };
    const connection = connect(nodes, patience, log);
    workerConnections.push(connection);
    return connection;
  }

  return {
    kind: 'redis',
    shards,
    createQueue: (place, defaultJobOptions) =>
      new Queue(place.name, {
        connection: queueConnection,
        prefix: prefixOf(place),
        defaultJobOptions,
      }),
    createWorker: (place, processor, tuning) => {
      const connection = connectWorker();
      const workerSettings = {
        connection,
        prefix: prefixOf(place),
        ...workerOptions(tuning, lockMs),
      };
      return createJobWorker(
        processor,
        (process) => new Worker(place.name, process, workerSettings),
        () => connection.disconnect(),
      );
    },
    createInFlight: (leaseMs) => {
      const connection = connectWorker();
      return createRedisInFlight({ connection, prefixes, leaseMs, log });
    },
    countInFlight: async (webhookId) => {
      await ready();
      return countRedisInFlight(queueConnection, prefixes, webhookId);
    },
    memoryShare: async () => {
      const masters =
        queueConnection instanceof Cluster ? queueConnection.nodes('master') : [queueConnection];
      const shares = await Promise.all(
        masters.map(async (node) => {
          const { usedMemory, maxMemory } = readMemory(await node.info('memory'));
          return maxMemory === 0 ? 0 : usedMemory / maxMemory;
        }),
      );
      return Math.max(0, ...shares);
    },
    ready,
    markedShards: async () => {
      await ready();
      const mark = await queueConnection.get(markKey);
      if (mark === null) return undefined;
      if (Number(mark) !== shards) return Number(mark);
      const there = await Promise.all(shardMarkKeys.map((key) => queueConnection.exists(key)));
      return there.includes(0) ? undefined : shards;
    },
    markShards: async () => {
      await Promise.all(shardMarkKeys.map((key) => queueConnection.set(key, 1)));
      await queueConnection.set(markKey, shards);
    },
    ping: async () => {
      await ready();
      await queueConnection.ping();
    },
    close: async () => {
      await Promise.all([queueConnection, ...workerConnections].map(disconnect));
    },
  };
}

/** Reads the answer to `INFO memory`; bytes, and a `maxMemory` of 0 means no limit. */
function readMemory(info: string): { usedMemory: number; maxMemory: number } {
  const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  return { usedMemory: field('used_memory'), maxMemory: field('maxmemory') };
}

interface Patience {
  readonly maxRetriesPerRequest: number | null;
  readonly enableOfflineQueue: boolean;
  readonly commandTimeout?: number;
  /** How long a command may wait for its answer before the connection is given up, and made anew. */
  readonly socketTimeout: number;
}

function connect(nodes: readonly string[], patience: Patience, log: Logger): Redis | Cluster {
  const [first = '', ...others] = nodes;
  const { enableOfflineQueue, ...limits } = patience;
  const options = { ...limits, connectionName: 'posthorn' };
  const connection =
    others.length === 0
      ? new Redis(first, { ...options, enableOfflineQueue })
      : new Cluster([...nodes], {
          enableOfflineQueue,
          redisOptions: options,
        });
  // ioredis reports every failed attempt to reconnect; the first of a row tells all.
  let down = false;
  connection.on('error', (error: Error) => {
    if (!down) log.error({ error }, 'Redis can not be reached, trying again');
    down = true;
  });
  connection.on('ready', () => {
    if (down) log.info('Redis is back');
    down = false;
  });
  return connection;
}

/** Says goodbye where the connection stands, and drops it where it does not. */
async function disconnect(connection: Redis | Cluster): Promise<void> {
  if (connection.status !== 'ready') return connection.disconnect();
  const said = await settlesWithin(connection.quit(), GOODBYE_MS).catch(() => false);
  if (!said) connection.disconnect();
}
