import { inject } from 'vitest';

export { type RedisServer, startRedis } from './redis-server.js';

/** The Redis that all tests share, each under a queue prefix of its own. */
export function sharedRedisUrl(): string {
  return inject('redisUrl');
}
