import { once, setMaxListeners } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { createArrivals } from './arrivals.js';

/** One request as the receiver read it. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** The body as text. */
  readonly body: string;
  /** The body as JSON; undefined where it is none. */
  readonly json: unknown;
  readonly headers: http.IncomingHttpHeaders;
  /** True where the signature fits the receiver's secret; false also where the receiver has none. */
  readonly verified: boolean;
  /** Which connection carried it, so that reuse shows: 1 for the receiver's first. */
  readonly connection: number;
}

/** What to answer. */
export interface ScriptedResponse {
  /** 200 where left out. */
  readonly status?: number;
  readonly headers?: http.OutgoingHttpHeaders;
  /** Empty where left out. */
  readonly body?: string | Buffer;
  /** How long to wait before the answer, in milliseconds. */
  readonly delayMs?: number;
}

/** A webhook endpoint on a free port of the loopback address. Several webhooks may share it by path. */
export interface Receiver {
  /** Without a slash at its end. */
  readonly url: string;
  /** Every request so far, in the order in which their bodies ended. */
  readonly requests: readonly ReceivedRequest[];
  count(): number;
  /** Resolves with all requests once there are `n`; rejects after `timeoutMs` (60,000 where left out). */
  waitForRequests(n: number, timeoutMs?: number): Promise<readonly ReceivedRequest[]>;
  /** Stops listening and closes every connection. */
  close(): Promise<void>;
}

/** Starts a receiver; without a script it answers 200. */
export async function startReceiver(
  options: {
    /** The secret, `whsec_…`, to verify with; a function where it is known later or changes. */
    secret?: string | (() => string | undefined);
    respond?: (request: ReceivedRequest) => ScriptedResponse | Promise<ScriptedResponse>;
  } = {},
): Promise<Receiver> {
  const { secret, respond = (): ScriptedResponse => ({}) } = options;
  const arrivals = createArrivals<ReceivedRequest>('requests');
  const connections = new Map<unknown, number>();
  const closing = new AbortController();
  setMaxListeners(0, closing.signal); // one for each answer that is delayed

  async function handle(incoming: http.IncomingMessage, response: http.ServerResponse) {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const request: ReceivedRequest = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      body: body.toString('utf8'),
      json: parseJson(body.toString('utf8')),
      headers: incoming.headers,
      verified: isVerified(typeof secret === 'function' ? secret() : secret, body, incoming),
      connection: connections.get(incoming.socket) ?? 0,
    };
    arrivals.add(request);
    const { status = 200, headers = {}, body: answer = '', delayMs = 0 } = await respond(request);
    if (delayMs > 0) await delay(delayMs, undefined, { signal: closing.signal });
    response.writeHead(status, headers).end(answer);
  }

  const server = http.createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      // A request that its sender gave up, or that the end of the receiver cut off, has no answer; what
      // else failed is the script's fault and shows in the test as a 500.
      if (closing.signal.aborted || response.destroyed || response.headersSent) response.destroy();
      else response.writeHead(500).end(`the script failed: ${String(error)}`);
    });
  });
  server.on('connection', (socket) => connections.set(socket, connections.size + 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: arrivals.all,
    count: () => arrivals.all.length,
    waitForRequests: arrivals.waitFor,
    async close() {
      closing.abort();
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isVerified(
  secret: string | undefined,
  body: Buffer,
  { headers }: http.IncomingMessage,
): boolean {
  if (secret === undefined) return false;
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>, { jsonParse: false });
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
}
