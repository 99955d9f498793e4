import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';

/** Carries connections to another server, until it is told not to. */
export interface Proxy {
  /** The URL of the other server, by way of the proxy. */
  readonly url: string;
  /** Breaks every connection, and carries no more until `restore`. */
  cut(): void;
  /** Lets connections be, but carries nothing on them until `restore`. */
  stall(): void;
  restore(): void;
  close(): Promise<void>;
}

/** Starts a proxy on a free port before the server that a URL names. */
export async function startProxy(targetUrl: string): Promise<Proxy> {
  const url = new URL(targetUrl);
  const target = { host: url.hostname, port: Number(url.port) };
  const sockets = new Set<net.Socket>();
  let state: 'open' | 'cut' | 'stalled' = 'open';

  const server = net.createServer((near) => {
    if (state === 'cut') {
      near.destroy();
      return;
    }
    const far = net.connect(target.port, target.host);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('data', (chunk) => state === 'open' && other.write(chunk));
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);

  return {
    url: url.href,
    cut() {
      state = 'cut';
      breakAll();
    },
    stall() {
      state = 'stalled';
    },
    restore() {
      state = 'open';
      breakAll();
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      breakAll();
      await closed;
    },
  };
}
