import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';

/** A server that listens on the loopback address. */
export interface Listener {
  readonly port: number;
  /** Takes no more connections; resolves when those there are have ended. May be called twice. */
  close(): Promise<void>;
}

/** Lets a server listen on a free port of 127.0.0.1, which other machines can't reach. */
export async function listenOnLoopback(server: Server): Promise<Listener> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, close: () => new Promise((resolve) => server.close(() => resolve())) };
}
