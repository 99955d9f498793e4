import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

/** How an endpoint behaves. */
export const ENDPOINTS = ['steady', 'flaky', 'slow', 'silent', 'dead'] as const;

export type Endpoint = (typeof ENDPOINTS)[number];

/** What arrived for one event at one endpoint. */
export interface Tally {
  /** Requests that were read whole. */
  requests: number;
  /** Those that were answered with 200. */
  successes: number;
}

/** Endpoints that count what arrives, at one address that can go away and come back. */
export interface StormReceiver {
  urlOf(endpoint: Endpoint): string;
  /** Gives an endpoint the secret that it verifies with. */
  trust(endpoint: Endpoint, secret: string): void;
  tally(endpoint: Endpoint, eventId: string): Tally;
  /** All requests to an endpoint. */
  total(endpoint: Endpoint): Tally;
  /** Requests whose signature did not fit. */
  forged(): number;
  /** Stops listening and resets every connection. */
  die(): Promise<void>;
  /** Listens again where it did before. */
  comeBack(): Promise<void>;
  /** While on, nothing is answered. */
  hang(on: boolean): void;
  close(): Promise<void>;
}

export async function startStormReceiver(random: () => number): Promise<StormReceiver> {
  const tallies = new Map<string, Tally>();
  const totals = new Map<Endpoint, Tally>();
  const verifiers = new Map<Endpoint, Webhook>();
  let hanging = false;
  let forged = 0;

  function at<Key>(map: Map<Key, Tally>, key: Key): Tally {
    const known = map.get(key) ?? { requests: 0, successes: 0 };
    map.set(key, known);
    return known;
  }

  /** The status to answer with; undefined for no answer at all. */
  function statusOf(endpoint: Endpoint): number | undefined {
    switch (endpoint) {
      case 'steady':
      case 'slow':
        return 200;
      case 'flaky':
        return random() < 0.3 ? 500 : 200;
      case 'silent':
        return random() < 0.1 ? undefined : 200;
      case 'dead':
        return 503;
      default:
        return endpoint satisfies never;
    }
  }

  async function handle(request: http.IncomingMessage, response: http.ServerResponse) {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const endpoint = (request.url ?? '').slice(1) as Endpoint;
    if (!isVerified(verifiers.get(endpoint), Buffer.concat(chunks), request)) forged += 1;
    const own = [at(tallies, `${endpoint} ${request.headers['webhook-id']}`), at(totals, endpoint)];
    for (const tally of own) tally.requests += 1;
    const status = hanging ? undefined : statusOf(endpoint);
    if (status === undefined) return;
    if (endpoint === 'slow') await new Promise((go) => setTimeout(go, random() * 1_000));
    if (response.destroyed) return;
    if (status === 200) for (const tally of own) tally.successes += 1;
    response.writeHead(status).end();
  }

  let port = 0;
  let server: http.Server;
  async function listen(): Promise<void> {
    server = http.createServer((request, response) => {
      // The sender may give up, or die, while it sends.
      handle(request, response).catch(() => response.destroy());
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  }
  async function die(): Promise<void> {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }
  await listen();

  return {
    urlOf: (endpoint) => `http://127.0.0.1:${port}/${endpoint}`,
    trust: (endpoint, secret) => void verifiers.set(endpoint, new Webhook(secret)),
    tally: (endpoint, eventId) => at(tallies, `${endpoint} ${eventId}`),
    total: (endpoint) => at(totals, endpoint),
    forged: () => forged,
    die,
    comeBack: listen,
    hang: (on) => {
      hanging = on;
    },
    close: die,
  };
}

function isVerified(
  verifier: Webhook | undefined,
  body: Buffer,
  { headers }: http.IncomingMessage,
): boolean {
  try {
    verifier?.verify(body, headers as Record<string, string>, { jsonParse: false });
    return verifier !== undefined;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
}
