import http from 'node:http';
import https from 'node:https';
import got, { type Request } from 'got';
import type { Agents } from './agents.js';

/** Largest headers of an answer, in bytes. */
export const MAX_HEADER_BYTES = 16_384;

/** Interim answers (1xx) before the final one: an endpoint could send them without end, as fast as it can. */
const MOST_INTERIM_ANSWERS = 32;

/** The endpoint sent more interim answers than anybody needs. */
class TooManyInterimAnswersError extends Error {
  override readonly name = 'TooManyInterimAnswersError';
  readonly code = 'ERR_TOO_MANY_INTERIM_ANSWERS';
}

/** One request, with its headers as they are sent. */
export interface ClientRequest {
  readonly url: string;
  /** `POST` where left out. */
  readonly method?: 'POST' | 'OPTIONS' | undefined;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Starts a request and answers got's stream of it. What fails, even at once, is an `error` of the stream. */
export type Client = (request: ClientRequest) => Request;

/**
 * The one got instance. It follows no redirect, decompresses nothing, keeps no cookies, reads no proxy
 * from the environment, and retries nothing, since the retry schedule does.
 */
export function createClient(agents: Agents): Client {
  const client = got.extend({
    method: 'POST',
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    decompress: false,
    enableUnixSockets: false,
    // Hands Node the few options that matter: got's own forty are copied three times on the way to a
    // socket, which costs a seventh of a delivery.
    request: (url, { headers, method }) => {
      const secure = url.protocol === 'https:';
      const options = {
        method: method ?? 'POST',
        maxHeaderSize: MAX_HEADER_BYTES,
        ...(headers && { headers }),
      };
      const request = secure
        ? https.request(url, { ...options, agent: agents.https })
        : http.request(url, { ...options, agent: agents.http });
      let interim = 0;
      request.on('information', () => {
        interim += 1;
        if (interim > MOST_INTERIM_ANSWERS) request.destroy(new TooManyInterimAnswersError());
      });
      // got listens for the first error only; a second one would end the process.
      return request.on('error', () => undefined);
    },
  });
  return ({ url, method = 'POST', headers, body }) => client.stream(url, { method, headers, body });
}
