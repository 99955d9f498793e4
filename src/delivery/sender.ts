import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { AddressPolicy } from '../domain/address.js';
import type { Clock } from '../domain/clock.js';
import type { AttemptResult } from '../domain/outcome.js';
import type { SignatureHeaders } from '../domain/signature.js';
import { createAgents } from './agents.js';
import { classify } from './classify.js';
import { createClient } from './client.js';
import { followExchange } from './exchange.js';
import { requestHeaders } from './request-headers.js';

/** One attempt to make. */
export interface SendRequest {
  /** The webhook's URL, as `parseWebhookUrl` accepted it. */
  readonly url: string;
  /** The webhook's own extra headers. The reserved ones among them are left out. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signature: SignatureHeaders;
  /** JSON, exactly as it was signed. */
  readonly body: string;
  /** Wall-clock limit of the whole attempt, from connecting to the last byte read, in milliseconds. */
  readonly timeoutMs: number;
  /** Gives the attempt up, because this process stops. One signal may serve any number of attempts. */
  readonly signal?: AbortSignal | undefined;
}

/** Makes attempts. Connections are kept and shared. */
export interface Sender {
  /**
   * Makes one attempt. What an endpoint does is an outcome. Rejects where the attempt says nothing about
   * the endpoint and must not count: with the reason of `signal`, after `stop`, and where this process
   * has no file descriptors or memory left for a connection.
   */
  send(request: SendRequest): Promise<AttemptResult>;
  /** Gives up every attempt under way and closes all connections. May be called twice. */
  stop(): void;
}

/** @param options what a sender needs; the defaults stand in the signature */
export function createSender(options: {
  /** Which IP addresses may be connected to. */
  isAllowed: AddressPolicy;
  clock: Clock;
  /** The `user-agent` of every request, like `Posthorn/1.2.3`. */
  userAgent: string;
  /** How much of an answer's body is read and kept, in bytes; 16 KiB where left out. */
  maxResponseBytes?: number | undefined;
  /**
   * Most connections to one host and port. No limit where left out: the deliveries in flight are the
   * limit then. A smaller one makes attempts wait for each other within their time limit.
   */
  maxSocketsPerHost?: number | undefined;
  /** Resolves names; the system's resolver where left out. */
  lookup?: LookupFunction | undefined;
}): Sender {
  const { isAllowed, clock, userAgent, maxResponseBytes = 16_384 } = options;
  const { maxSocketsPerHost = Number.POSITIVE_INFINITY, lookup = systemLookup } = options;
  const agents = createAgents({ isAllowed, lookup, maxSocketsPerHost });
  const startRequest = createClient(agents);
  const stopping = new AbortController();

  return {
    async send({ url, headers: own, signature, body, timeoutMs, signal }) {
      const signals = signal === undefined ? [stopping.signal] : [stopping.signal, signal];
      for (const each of signals) each.throwIfAborted();
      const startedAt = clock();
      // The system's clock may be set while an attempt runs; this one only goes forward.
      const startMs = performance.now();
      const headers = requestHeaders({ own, signature, userAgent });
      const stream = startRequest({ url, headers, body });
      const exchange = await followExchange({ stream, maxResponseBytes, timeoutMs, signals });
      const durationMs = Math.round(performance.now() - startMs);
      const outcome = classify(exchange, { url, timeoutMs, now: clock() });
      return { startedAt, durationMs, outcome };
    },
    stop() {
      stopping.abort(new Error('the sender was stopped'));
      agents.destroy();
    },
  };
}
