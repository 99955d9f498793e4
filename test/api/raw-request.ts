import { once } from 'node:events';
import net from 'node:net';

/** An answer as it came over the wire. */
export interface RawAnswer {
  /** 0 where the server hung up without an answer. */
  readonly status: number;
  /** The head of the answer, as text. */
  readonly head: string;
  readonly body: string;
}

/** Sends bytes on a connection of their own, and reads what comes back until the server hangs up. */
export async function exchange(
  address: string,
  ...parts: readonly (string | Uint8Array)[]
): Promise<RawAnswer> {
  const { hostname, port } = new URL(address);
  const socket = net.connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  // A server that answers early and hangs up breaks what is still written; the answer counts.
  socket.on('error', () => socket.destroy());
  const closed = once(socket, 'close');
  for (const part of parts) socket.write(part);
  await closed;
  const received = Buffer.concat(chunks).toString('utf8');
  const end = received.indexOf('\r\n\r\n');
  const head = end === -1 ? received : received.slice(0, end);
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1] ?? 0);
  return { status, head, body: end === -1 ? '' : received.slice(end + 4) };
}

/** Sends one request with exactly this path, these headers and this body, whether they fit or not. */
export function sendRaw(
  address: string,
  request: {
    readonly method: string;
    readonly path: string;
    readonly headers?: readonly string[];
    readonly body?: string | Uint8Array;
  },
): Promise<RawAnswer> {
  const { method, path, headers = [], body } = request;
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'host: posthorn',
    'connection: close',
    ...headers,
    ...(body === undefined ? [] : [`content-length: ${Buffer.byteLength(body)}`]),
  ];
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  return exchange(address, head, ...(body === undefined ? [] : [body]));
}
