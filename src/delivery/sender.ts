import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { AddressPolicy } from '../domain/address.js';
import type { Clock } from '../domain/clock.js';
import type { AttemptResult } from '../domain/outcome.js';
import { type UrlRules, urlRuleFault } from '../domain/url-rules.js';
import { VERSION } from '../version.js';
import { createAgents } from './agents.js';
import { classify } from './classify.js';
import { createClient } from './client.js';
import { type Answer, followExchange } from './exchange.js';
import { requestHeaders } from './request-headers.js';

/** One attempt to make. */
export interface SendRequest {
  /** The webhook's URL, as `parseWebhookUrl` accepted it. */
  readonly url: string;
  /** The webhook's own extra headers. The reserved ones among them are left out. */
  readonly headers: Readonly<Record<string, string>>;
  /** Those of the message, in lower case, which the webhook's can't replace: of its format, its signature. */
  readonly messageHeaders?: Readonly<Record<string, string>> | undefined;
  /** JSON, exactly as it was signed. */
  readonly body: string;
  /** `POST` where left out; `OPTIONS` has no body. */
  readonly method?: 'POST' | 'OPTIONS' | undefined;
  /** When the attempt begins, where its message says so too; now where left out. */
  readonly startedAt?: Date | undefined;
  /** Wall-clock limit of the whole attempt, from connecting to the last byte read, in milliseconds. */
  readonly timeoutMs: number;
  /** Gives the attempt up, because this process stops. One signal may serve any number of attempts. */
  readonly signal?: AbortSignal | undefined;
}

/** One request and its answer, whole as far as it is kept. */
export interface WholeExchange {
  readonly result: AttemptResult;
  /** The headers that were sent; none where no connection was made. */
  readonly sentHeaders: Readonly<Record<string, string>>;
  /** Null where no answer came. */
  readonly answer: Answer | null;
}

/** Makes attempts. Connections are kept and shared. */
export interface Sender {
  /**
   * Makes one attempt. What an endpoint does is an outcome. Rejects where the attempt says nothing about
   * the endpoint and must not count: with the reason of `signal`, after `stop`, and where this process
   * has no file descriptors or memory left for a connection.
   */
  send(request: SendRequest): Promise<AttemptResult>;
  /** The same, with what was sent and what came back. */
  exchange(request: SendRequest): Promise<WholeExchange>;
  /** Gives up every attempt under way and closes all connections. May be called twice. */
  stop(): void;
}

/** What a sender needs. */
export interface SenderOptions {
  /** Which IP addresses may be connected to. */
  isAllowed: AddressPolicy;
  /**
   * Which schemes and ports requests go to. Anything else is `blocked`: a webhook may have been registered
   * while other rules held, or written by something else.
   */
  urlRules: UrlRules;
  clock: Clock;
  /** The `user-agent` of every request; `Posthorn/VERSION` where left out. */
  userAgent?: string | undefined;
  /** How much of an answer's body is read and kept, in bytes; 16 KiB where left out. */
  maxResponseBytes?: number | undefined;
  /**
   * Most connections to one host and port. No limit where left out: the deliveries in flight are the
   * limit then. A smaller one makes attempts wait for each other within their time limit.
   */
  maxSocketsPerHost?: number | undefined;
  /** Resolves names; the system's resolver where left out. */
  lookup?: LookupFunction | undefined;
}

export function createSender(options: SenderOptions): Sender {
  const { isAllowed, urlRules, clock, maxResponseBytes = 16_384 } = options;
  const { userAgent = `Posthorn/${VERSION}` } = options;
  const { maxSocketsPerHost = Number.POSITIVE_INFINITY, lookup = systemLookup } = options;
  const agents = createAgents({ isAllowed, lookup, maxSocketsPerHost });
  const startRequest = createClient(agents);
  const stopping = new AbortController();

  /** A request that the rules refuse, of which nothing leaves this process. */
  function blocked(fault: string, startedAt: Date): WholeExchange {
    const outcome = {
      kind: 'failed',
      errorClass: 'blocked',
      statusCode: null,
      message: `the URL ${fault}, so no connection was made`,
      retryAfterMs: null,
      responseExcerpt: null,
    } as const;
    return {
      result: { startedAt, durationMs: 0, outcome },
      sentHeaders: {},
      answer: null,
    };
  }

  async function exchange(request: SendRequest): Promise<WholeExchange> {
    const { url, headers: own, messageHeaders, method, body, timeoutMs, signal } = request;
    const signals = signal === undefined ? [stopping.signal] : [stopping.signal, signal];
    for (const each of signals) each.throwIfAborted();
    const startedAt = request.startedAt ?? clock();
    const fault = URL.canParse(url) ? urlRuleFault(new URL(url), urlRules) : null;
    if (fault !== null) return blocked(fault, startedAt);
    // The system's clock may be set while an attempt runs; this one only goes forward.
    const startMs = performance.now();
    const sentHeaders = requestHeaders({ own, userAgent, message: messageHeaders });
    const stream = startRequest({ url, method, headers: sentHeaders, body });
    const followed = await followExchange({ stream, maxResponseBytes, timeoutMs, signals });
    const durationMs = Math.round(performance.now() - startMs);
    const outcome = classify(followed, { url, timeoutMs, now: clock() });
    return { result: { startedAt, durationMs, outcome }, sentHeaders, answer: followed.answer };
  }

  return {
    exchange,
    send: async (request) => (await exchange(request)).result,
    stop() {
      stopping.abort(new Error('the sender was stopped'));
      agents.destroy();
    },
  };
}
