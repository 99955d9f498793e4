import { inspectRedis } from '../../queue/redis-inspection.js';
import { type Check, fail, ok, reason, warn } from './check.js';

const LEAST = [6, 2] as const;

/** One Redis node: reachable, new enough, and set up to lose no job. */
export async function checkRedis(nodeUrl: string): Promise<Check[]> {
  const node = new URL(nodeUrl).host;
  try {
    const redis = await inspectRedis(nodeUrl);
    const [major = 0, minor = 0] = redis.version.split('.').map(Number);
    const fits = major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1]);
    const kind = redis.cluster ? 'a node of a cluster' : 'a single node';
    return [
      fits
        ? ok('redis', `${redis.version} at ${node}, ${kind}`)
        : fail(
            'redis',
            `${redis.version} at ${node}`,
            `upgrade to Redis ${LEAST.join('.')} or newer`,
          ),
      redis.evictionPolicy === 'noeviction'
        ? ok('redis eviction', 'noeviction')
        : fail(
            'redis eviction',
            `maxmemory-policy is ${redis.evictionPolicy}: Redis may drop jobs when it is full`,
            'set `maxmemory-policy noeviction`',
          ),
      redis.appendOnly
        ? ok('redis persistence', 'append-only file')
        : warn(
            'redis persistence',
            'no append-only file: a restart loses the queue, which is then filled from the ledger',
            'set `appendonly yes`',
          ),
    ];
  } catch (error) {
    const found = `${node}: ${reason(error)}`;
    return [fail('redis', found, 'see that REDIS_URL is right and Redis runs')];
  }
}
