import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { listenOnLoopback } from './loopback.js';
import { isSignedBy } from './verification.js';

/** What a receiver counted. */
export interface ReceiverCounts {
  /** Each `webhook-id` that was accepted, with the number of requests that were answered 200 for it. */
  readonly accepted: ReadonlyMap<string, number>;
  /** Requests that were answered 500. */
  readonly refused: number;
  /** Requests whose signature did not verify; they are answered 401. */
  readonly unverified: number;
}

/** An endpoint of the demo: what a subscriber of webhooks would run. */
export interface Receiver {
  readonly url: string;
  /** Tells it the secret that the registration answered. What comes before is not verified. */
  trust(secret: string): void;
  counts(): ReceiverCounts;
  stop(): Promise<void>;
}

/**
 * Starts a receiver on a free port of the loopback address.
 *
 * @param fails asked once for each request whose signature verified: true answers 500
 */
export async function startReceiver(options: { fails: () => boolean }): Promise<Receiver> {
  const accepted = new Map<string, number>();
  let refused = 0;
  let unverified = 0;
  let secret: string | undefined;

  function judge({ headers }: IncomingMessage, body: Buffer): number {
    if (secret === undefined || !isSignedBy(secret, headers, body, new Date())) {
      unverified += 1;
      return 401;
    }
    if (options.fails()) {
      refused += 1;
      return 500;
    }
    const id = String(headers['webhook-id']);
    accepted.set(id, (accepted.get(id) ?? 0) + 1);
    return 200;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      response.writeHead(judge(request, await buffer(request))).end();
    } catch {
      // The body broke off: nobody is there to be answered, and nothing was counted.
      response.destroy();
    }
  }

  const server = createServer((request, response) => void answer(request, response));
  // A connection that the receiver closes while the worker reuses it would count as a failed attempt.
  server.keepAliveTimeout = 0;
  const listener = await listenOnLoopback(server);
  return {
    url: `http://127.0.0.1:${listener.port}/webhooks`,
    trust: (given) => {
      secret = given;
    },
    counts: () => ({ accepted, refused, unverified }),
    stop: () => {
      server.closeAllConnections();
      return listener.close();
    },
  };
}
