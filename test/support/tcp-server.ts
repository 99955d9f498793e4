import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { createArrivals } from './arrivals.js';

/** A server on a free port of the loopback address that says whatever bytes a test wants. */
export interface TcpServer {
  /** `http://127.0.0.1:<port>`, or `https://localhost:<port>` with a certificate. */
  readonly url: string;
  readonly port: number;
  /** Resolves with every connection so far once there are `n`; rejects after 5,000 ms. */
  waitForConnections(n: number): Promise<readonly net.Socket[]>;
  /** Stops listening and closes every connection. */
  close(): Promise<void>;
}

/**
 * Starts a server that gives each connection to `serve` as soon as the first bytes of a request have come.
 * Connections that break are not errors of the test.
 */
export async function startTcpServer(
  serve: (socket: net.Socket, firstBytes: Buffer) => void,
  options: { certificate?: { key: Buffer; cert: Buffer } } = {},
): Promise<TcpServer> {
  const { certificate } = options;
  const sockets = createArrivals<net.Socket>('connections');
  const onConnection = (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('data', (firstBytes: Buffer) => serve(socket, firstBytes));
  };
  const server = certificate
    ? tls.createServer(certificate, onConnection)
    : net.createServer(onConnection);
  // A handshake that the client refuses is what some tests are about.
  server.on('tlsClientError', (_error, socket: net.Socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: certificate ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    port,
    waitForConnections: (n) => sockets.waitFor(n),
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets.all) socket.destroy();
      await closed;
    },
  };
}

/** Writes one piece after another with a pause between, until all are written or the connection ends. */
export function drip(socket: net.Socket, pieces: Iterable<string>, pauseMs: number): void {
  const iterator = pieces[Symbol.iterator]();
  const timer = setInterval(() => {
    const { value, done } = iterator.next();
    if (done) clearInterval(timer);
    else socket.write(value);
  }, pauseMs);
  socket.once('close', () => clearInterval(timer));
}
