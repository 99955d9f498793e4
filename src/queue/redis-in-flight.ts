import type { Cluster, Redis } from 'ioredis';
import type { Logger } from 'pino';
import { createBatcher } from '../domain/batcher.js';
import type { InFlight, InFlightEntry } from './in-flight.js';
import { shardOf } from './shards.js';

/**
 * Counts deliveries out and then others in, each in its webhook's sorted set with the end of its lease as
 * the score, so that a process that was killed leaves nothing behind. Answers with the count of each that
 * is to come in, or 0.
 *
 * The keys are those of the deliveries that leave, then of those that enter. The arguments are how many
 * leave, the lease in milliseconds, the ids of those that leave, and the id and limit of each that enters.
 */
const COUNT = `
  local leaving = tonumber(ARGV[1])
  local lease = tonumber(ARGV[2])
  for i = 1, leaving do redis.call('ZREM', KEYS[i], ARGV[2 + i]) end
  if #KEYS == leaving then return {} end
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local counts = {}
  for i = 1, #KEYS - leaving do
    local key = KEYS[leaving + i]
    local id = ARGV[1 + leaving + 2 * i]
    local limit = tonumber(ARGV[2 + leaving + 2 * i])
    local count = redis.call('ZCARD', key)
    if count >= limit then
      redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
      count = redis.call('ZCARD', key)
    end
    if count < limit then
      count = count + redis.call('ZADD', key, now + lease, id)
      redis.call('PEXPIRE', key, lease)
      counts[i] = count
    else
      counts[i] = 0
    end
  end
  return counts`;

const MAX_BATCH = 200;

/** How long a delivery that left may wait for one that enters, to share its round trip, in milliseconds. */
const LEAVE_DELAY_MS = 5;

/** The script as a command of the connection. */
interface Commands {
  posthornCount(keys: number, ...rest: (string | number)[]): Promise<number[]>;
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
  connection.defineCommand('posthornCount', { lua: COUNT });
  const commands = connection as unknown as Commands;
  const shards = prefixes.map((prefix) => countShard(commands, prefix, leaseMs, log));
  const shardFor = (webhookId: string) => {
    const shard = shards[shardOf(webhookId, shards.length)];
    if (shard === undefined) throw new Error('there is no shard');
    return shard;
  };
  return {
    enter: (entry) => shardFor(entry.webhookId).enter(entry),
    leave: (entry) => shardFor(entry.webhookId).leave(entry),
  };
}

/** How many of a webhook's deliveries are in flight now: those whose lease has not ended. */
export function countRedisInFlight(
  connection: Redis | Cluster,
  prefixes: readonly string[],
  webhookId: string,
): Promise<number> {
  const prefix = prefixes[shardOf(webhookId, prefixes.length)] ?? '';
  return connection.zcount(keyOf(prefix, webhookId), Date.now(), '+inf');
}

const keyOf = (prefix: string, webhookId: string) => `${prefix}:in-flight:${webhookId}`;

/** Counts under one prefix, all of it in one hash slot. */
function countShard(commands: Commands, prefix: string, leaseMs: number, log: Logger): InFlight {
  let left: Leaving[] = [];
  let timer: NodeJS.Timeout | undefined;

  /** One call for all that left, and for these. A place that one leaves is free for those that enter. */
  function count(entering: readonly InFlightEntry[]): Promise<number[]> {
    clearTimeout(timer);
    timer = undefined;
    const leaving = left;
    left = [];
    const keys = [...leaving, ...entering].map(({ webhookId }) => keyOf(prefix, webhookId));
    const leavingIds = leaving.map(({ deliveryId }) => deliveryId);
    const places = entering.flatMap(({ deliveryId, limit }) => [deliveryId, limit]);
    const rest = [leaving.length, leaseMs, ...leavingIds, ...places];
    return commands.posthornCount(keys.length, ...keys, ...rest);
  }

  const entering = createBatcher({
    flush: count,
    maxItems: MAX_BATCH,
    maxDelayMs: 0,
    concurrency: 4,
  });
  return {
    enter: (entry) => entering.add(entry),
    leave: (entry) => {
      left.push(entry);
      timer ??= setTimeout(() => {
        count([]).catch((error: unknown) => {
          log.debug({ error }, 'not counted out, the leases end by themselves');
        });
      }, LEAVE_DELAY_MS);
    },
  };
}

type Leaving = Pick<InFlightEntry, 'webhookId' | 'deliveryId'>;
