import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { listenOnLoopback } from './loopback.js';

/** A port on which nothing listens. */
export interface DeadPort {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Takes a port of the loopback address that refuses every connection: a connection of our own begins
 * there and stays open. A port that merely is free would not do. Another process could begin to listen
 * on it, and the system could give it to the very connection that is made to it, which then reaches itself.
 */
export async function takeDeadPort(): Promise<DeadPort> {
  const free = await listenOnLoopback(createServer());
  await free.close();
  const far = createServer((socket) => socket.on('error', () => undefined));
  const listener = await listenOnLoopback(far);
  const near = connect({
    host: '127.0.0.1',
    port: listener.port,
    localAddress: '127.0.0.1',
    localPort: free.port,
  });
  await once(near, 'connect');
  near.on('error', () => undefined);
  return {
    port: free.port,
    stop: () => {
      near.destroy();
      return listener.close();
    },
  };
}
