import type { Cluster, Redis } from 'ioredis';
import type { Logger } from 'pino';
import { createBatcher } from '../domain/batcher.js';
import type { InFlight, InFlightEntry } from './in-flight.js';
import { shardOf } from './shards.js';

/**
 * Counts deliveries in, each in its webhook's sorted set with the end of its lease as the score, so that
 * a process that was killed leaves nothing behind. Answers with the count of each, or 0.
 */
const ENTER = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local lease = tonumber(ARGV[1])
  local counts = {}
  for i, key in ipairs(KEYS) do
    local limit = tonumber(ARGV[2 * i + 1])
    local count = redis.call('ZCARD', key)
    if count >= limit then
      redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
      count = redis.call('ZCARD', key)
    end
    if count < limit then
      count = count + redis.call('ZADD', key, now + lease, ARGV[2 * i])
      redis.call('PEXPIRE', key, lease)
      counts[i] = count
    else
      counts[i] = 0
    end
  end
  return counts`;

/** Counts deliveries out. */
const LEAVE = `
  for i, key in ipairs(KEYS) do redis.call('ZREM', key, ARGV[i]) end`;

const MAX_BATCH = 200;

/** The two scripts as commands of the connection. */
interface Commands {
  posthornEnter(keys: number, ...rest: (string | number)[]): Promise<number[]>;
  posthornLeave(keys: number, ...rest: (string | number)[]): Promise<unknown>;
}

/**
 * Counts in Redis, over all processes. Calls that come together share a round trip for each shard.
 *
 * @param options.prefixes the beginning of each shard's keys
 * @param options.leaseMs longest time that one delivery can be in flight
 */
export function createRedisInFlight(options: {
  connection: Redis | Cluster;
  prefixes: readonly string[];
  leaseMs: number;
  log: Logger;
}): InFlight {
  const { connection, prefixes, leaseMs, log } = options;
  connection.defineCommand('posthornEnter', { lua: ENTER });
  connection.defineCommand('posthornLeave', { lua: LEAVE });
  const commands = connection as unknown as Commands;
  const shards = prefixes.map((prefix) => countShard(commands, prefix, leaseMs));
  const shardFor = (webhookId: string) => {
    const shard = shards[shardOf(webhookId, shards.length)];
    if (shard === undefined) throw new Error('there is no shard');
    return shard;
  };
  return {
    enter: (entry) => shardFor(entry.webhookId).entering.add(entry),
    leave: (entry) => {
      shardFor(entry.webhookId)
        .leaving.add(entry)
        .catch((error: unknown) => {
          log.debug({ error, ...entry }, 'not counted out, its lease ends by itself');
        });
    },
  };
}

/** What is counted under one prefix, all of it in one hash slot. */
function countShard(commands: Commands, prefix: string, leaseMs: number) {
  const keysOf = (entries: readonly Leaving[]) =>
    entries.map(({ webhookId }) => `${prefix}:in-flight:${webhookId}`);
  const entering = createBatcher({
    flush: (entries: readonly InFlightEntry[]) => {
      const places = entries.flatMap(({ deliveryId, limit }) => [deliveryId, limit]);
      return commands.posthornEnter(entries.length, ...keysOf(entries), leaseMs, ...places);
    },
    maxItems: MAX_BATCH,
    maxDelayMs: 0,
    concurrency: 4,
  });
  const leaving = createBatcher({
    flush: async (entries: readonly Leaving[]) => {
      const ids = entries.map(({ deliveryId }) => deliveryId);
      await commands.posthornLeave(entries.length, ...keysOf(entries), ...ids);
      return entries;
    },
    maxItems: MAX_BATCH,
    maxDelayMs: 1,
    concurrency: 4,
  });
  return { entering, leaving };
}

type Leaving = Pick<InFlightEntry, 'webhookId' | 'deliveryId'>;
