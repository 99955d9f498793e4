import type { IncomingMessage } from 'node:http';

/** What an endpoint said to a request that was passed on. */
export interface Forwarded {
  readonly url: string;
  readonly status: number;
  readonly body: string;
  /** Why it could not be reached; null where it could. */
  readonly error: string | null;
}

/** Passes a request on, its body as it came. Never rejects: an endpoint that can't be reached is a 502. */
export type Forward = (request: IncomingMessage, body: Buffer) => Promise<Forwarded>;

/** Of the connection that a request came by, and none of the next one's. */
const OWN_HEADERS = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'expect',
]);

const BAD_GATEWAY = 502;

/** How long the endpoint may take, in milliseconds: what a delivery may, by default. */
const TIMEOUT_MS = 15_000;

/** @param url where requests go, whatever path they came by */
export function createForward(url: string): Forward {
  return async ({ method = 'POST', headers }, body) => {
    const passed = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      OWN_HEADERS.has(name) || value === undefined ? [] : [[name, [value].flat().join(', ')]],
    );
    const hasBody = method !== 'GET' && method !== 'HEAD';
    try {
      const answer = await fetch(url, {
        method,
        headers: passed,
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(hasBody && { body: new Uint8Array(body) }),
      });
      return { url, status: answer.status, body: await answer.text(), error: null };
    } catch (error) {
      return { url, status: BAD_GATEWAY, body: '', error: reasonOf(error) };
    }
  };
}

/** fetch says why in the cause alone. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  if (cause instanceof Error) return cause.message || cause.name;
  return error instanceof Error ? error.message : String(error);
}
