import { Redis } from 'ioredis';

/** What `posthorn doctor` asks of a Redis node. */
export interface RedisInspection {
  /** The node, without a credential. */
  readonly node: string;
  /** Like `7.0.15`. */
  readonly version: string;
  /** `maxmemory-policy`. */
  readonly evictionPolicy: string;
  readonly appendOnly: boolean;
  readonly cluster: boolean;
}

/** Looks at one node. Rejects where it can't be reached within five seconds. */
export async function inspectRedis(nodeUrl: string): Promise<RedisInspection> {
  const client = new Redis(nodeUrl, {
    lazyConnect: true,
    connectTimeout: 5_000,
    commandTimeout: 5_000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let fault: Error | undefined;
  client.on('error', (error) => {
    fault = error;
  });
  try {
    await client.connect();
    const info = await client.info();
    const field = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim() ?? '';
    return {
      node: new URL(nodeUrl).host,
      version: field('redis_version'),
      evictionPolicy: field('maxmemory_policy'),
      appendOnly: field('aof_enabled') === '1',
      cluster: field('cluster_enabled') === '1',
    };
  } catch (error) {
    throw fault ?? error;
  } finally {
    client.disconnect();
  }
}
