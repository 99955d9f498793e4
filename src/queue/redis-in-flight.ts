import type { Cluster, Redis } from 'ioredis';
import type { Logger } from 'pino';
import { createBatcher } from '../domain/batcher.js';
import type { InFlight, InFlightEntry } from './in-flight.js';

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
 * Counts in Redis, over all processes. Calls that come together share a round trip.
 *
 * @param options.prefix the beginning of the keys, in one hash slot
 * @param options.leaseMs longest time that one delivery can be in flight
 */
export function createRedisInFlight(options: {
  connection: Redis | Cluster;
  prefix: string;
  leaseMs: number;
  log: Logger;
}): InFlight {
  const { connection, prefix, leaseMs, log } = options;
  connection.defineCommand('posthornEnter', { lua: ENTER });
  connection.defineCommand('posthornLeave', { lua: LEAVE });
  const commands = connection as unknown as Commands;
  const keyOf = (webhookId: string) => `${prefix}:in-flight:${webhookId}`;

  const entering = createBatcher({
    flush: (entries: readonly InFlightEntry[]) =>
      commands.posthornEnter(
        entries.length,
        ...entries.map(({ webhookId }) => keyOf(webhookId)),
        leaseMs,
        ...entries.flatMap(({ deliveryId, limit }) => [deliveryId, limit]),
      ),
    maxItems: MAX_BATCH,
    maxDelayMs: 0,
    concurrency: 4,
  });

  type Leaving = Pick<InFlightEntry, 'webhookId' | 'deliveryId'>;
  const leaving = createBatcher({
    flush: async (entries: readonly Leaving[]) => {
      await commands.posthornLeave(
        entries.length,
        ...entries.map(({ webhookId }) => keyOf(webhookId)),
        ...entries.map(({ deliveryId }) => deliveryId),
      );
      return entries;
    },
    maxItems: MAX_BATCH,
    maxDelayMs: 1,
    concurrency: 4,
  });

  return {
    enter: (entry) => entering.add(entry),
    leave: (entry) => {
      leaving.add(entry).catch((error: unknown) => {
        log.debug({ error, ...entry }, 'not counted out, its lease ends by itself');
      });
    },
  };
}
