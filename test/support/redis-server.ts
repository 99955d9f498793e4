import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** A Redis of a test's own. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Runs one command, like `command('FLUSHALL')`. */
  command(name: string, ...args: string[]): Promise<unknown>;
  /** Kills it and starts it again on the same port, with nothing kept. */
  restart(): Promise<void>;
  /** Kills it. May be called twice. */
  stop(): Promise<void>;
}

const MOST_TRIES = 10;

/** Starts a redis-server on a free port, which keeps nothing on disk. */
export async function startRedis(extraArguments: readonly string[] = []): Promise<RedisServer> {
  for (let tries = 1; ; tries += 1) {
    const port = await freePort();
    const child = await launch(port, extraArguments);
    if (child !== undefined) return serve(port, child, extraArguments);
    if (tries === MOST_TRIES) throw new Error('redis-server did not start');
  }
}

function serve(port: number, first: ChildProcess, extraArguments: readonly string[]): RedisServer {
  let child = first;
  const url = `redis://127.0.0.1:${port}`;

  async function stop(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  return {
    url,
    port,
    stop,
    async restart() {
      await stop();
      const next = await launch(port, extraArguments);
      if (next === undefined) throw new Error(`redis-server did not come back on port ${port}`);
      child = next;
    },
    async command(name, ...args) {
      const client = new Redis(url);
      try {
        return await client.call(name, ...args);
      } finally {
        client.disconnect();
      }
    },
  };
}

/** Starts a server and waits until it answers; undefined where it ended at once, as on a taken port. */
async function launch(
  port: number,
  extraArguments: readonly string[],
): Promise<ChildProcess | undefined> {
  const settings = ['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'];
  const child = spawn(
    'redis-server',
    ['--bind', '127.0.0.1', '--port', String(port), ...settings, ...extraArguments],
    { stdio: 'ignore' },
  );
  const client = new Redis(port, '127.0.0.1', {
    retryStrategy: () => 20,
    maxRetriesPerRequest: null,
    lazyConnect: true,
  });
  client.on('error', () => undefined);
  try {
    let over = false;
    const ended = once(child, 'exit').then(() => {
      over = true;
      return undefined;
    });
    const answered = (async () => {
      while (!over && (await pingOnce(client)) !== 'PONG') await sleep(20);
      return child;
    })();
    return await Promise.race([answered, ended]);
  } finally {
    client.disconnect();
  }
}

async function pingOnce(client: Redis): Promise<string> {
  return client.ping().catch(() => 'not yet');
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
