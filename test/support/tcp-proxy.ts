import { once } from 'node:events';
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from 'node:net';

/** A connection between a client and the server behind the proxy. */
interface Link {
  readonly client: Socket;
  readonly server: Socket;
  /** True where nothing comes through any more. */
  swallowed: boolean;
}

/** Stands between a client and a server, on a free port of 127.0.0.1, and spoils the connection on demand. */
export interface TcpProxy {
  readonly port: number;
  /** Where connections made from now on go. */
  aim(port: number): void;
  /** Keeps every connection open and lets no byte through, either way, until `restore`. */
  stall(): void;
  /** Lets no byte through on the connections there are, for ever; new ones are let through. */
  swallow(): void;
  /** Resets every connection; those made from now on are reset, too, until `restore`. */
  cut(): void;
  /** Resets every connection once; new ones are let through. */
  drop(): void;
  restore(): void;
  close(): Promise<void>;
}

/** @param target the port of the server on 127.0.0.1 */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  let port = target;
  let state: 'open' | 'stalled' | 'cut' = 'open';
  const links = new Set<Link>();

  /** Stops or starts reading on both ends; what the kernel has read already waits in its buffers. */
  function flow({ client, server, swallowed }: Link): void {
    for (const socket of [client, server]) {
      if (swallowed || state === 'stalled') socket.pause();
      else socket.resume();
    }
  }

  function drop(): void {
    for (const { client, server } of links) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  const listener = createServer({ pauseOnConnect: true }, (client) => {
    client.on('error', () => undefined);
    if (state === 'cut') {
      client.resetAndDestroy();
      return;
    }
    const server = connectTcp(port, '127.0.0.1');
    server.on('error', () => client.resetAndDestroy());
    const link: Link = { client, server, swallowed: false };
    links.add(link);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on('data', (chunk) => {
        if (to.writable && !to.write(chunk)) from.pause();
      });
      to.on('drain', () => flow(link));
      from.on('end', () => to.end());
      from.on('close', () => {
        to.destroy();
        links.delete(link);
      });
    }
    flow(link);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');

  return {
    port: (listener.address() as AddressInfo).port,
    aim: (next) => {
      port = next;
    },
    stall: () => {
      state = 'stalled';
      for (const link of links) flow(link);
    },
    swallow: () => {
      for (const link of links) {
        link.swallowed = true;
        flow(link);
      }
    },
    cut: () => {
      state = 'cut';
      drop();
    },
    drop,
    restore: () => {
      state = 'open';
      for (const link of links) flow(link);
    },
    close: async () => {
      const closed = once(listener, 'close');
      listener.close();
      drop();
      await closed;
    },
  };
}
