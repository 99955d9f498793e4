import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvalidInputError } from '../../domain/errors.js';
import { type Arrival, createJudge } from './arrival.js';
import type { Forward, Forwarded } from './forward.js';

/** A request and how it was answered. */
export interface Reception extends Arrival {
  readonly answered: number;
  /** What the endpoint that it was passed on to said; null where there is none. */
  readonly forwarded: Forwarded | null;
}

/** A receiver of webhooks on this machine. */
export interface ListenReceiver {
  readonly url: string;
  readonly port: number;
  /** Says what signs what arrives from now on. */
  trust(secrets: readonly string[]): void;
  stop(): Promise<void>;
}

/** Where it listens: other machines can't reach it. */
const HOST = '127.0.0.1';

/** Largest body that is read, in bytes; a payload is at most 256 KiB. */
const BODY_LIMIT = 1024 * 1024;

/** What a request that is not verified is answered with. */
const UNAUTHORIZED = 401;

/**
 * Starts a receiver. Requests that are not verified are answered 401, others with `respond`, or, with
 * `forward`, all of them as the endpoint that they are passed on to answers.
 *
 * Throws `InvalidInputError` where the port is taken.
 *
 * @param options.port 0 takes a free one
 */
export async function startListenReceiver(options: {
  port: number;
  respond: number;
  forward: Forward | undefined;
  onReception: (reception: Reception) => void;
}): Promise<ListenReceiver> {
  const { respond, forward, onReception } = options;
  let judge = createJudge([]);

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = new Date();
    const body = await readAll(request);
    if (body === undefined) {
      response.writeHead(413).end();
      return;
    }
    const arrival = judge.judge(request.headers, body, at);
    const forwarded = forward === undefined ? null : await forward(request, body);
    const answered = forwarded?.status ?? (arrival.verified ? respond : UNAUTHORIZED);
    judge.answered(arrival, answered);
    const closed = once(response, 'close');
    response.writeHead(answered).end(forwarded?.body);
    await closed;
    onReception({ ...arrival, answered, forwarded });
  }

  const server = createServer((request, response) => {
    // The body broke off: nobody is there to be answered.
    receive(request, response).catch(() => response.destroy());
  });
  // A connection that is closed while the sender uses it again would count as a failed attempt.
  server.keepAliveTimeout = 0;
  server.listen(options.port, HOST);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidInputError(`can't listen on ${HOST}, port ${options.port}: ${reason}`, {
      hint: 'name a free port with --port, or leave it out',
      cause,
    });
  }
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${HOST}:${port}/`,
    port,
    trust(secrets) {
      judge = createJudge(secrets);
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The whole body; undefined where it is larger than the limit. */
async function readAll(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= BODY_LIMIT) chunks.push(chunk);
  }
  return size <= BODY_LIMIT ? Buffer.concat(chunks) : undefined;
}
