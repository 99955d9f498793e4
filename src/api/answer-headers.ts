import type { FastifyRequest } from 'fastify';

/**
 * What every answer carries: browsers don't guess its type, nobody keeps a copy, no page shows it in
 * itself, and what it links to does not learn of it.
 */
export const ANSWER_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
} as const;

/** Come by https only from now on, for a year (RFC 6797). */
const HTTPS_ONLY = { 'strict-transport-security': 'max-age=31536000' } as const;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True where the answer's own policy says which pages may show it in themselves. */
    readonly mayBeFramed?: boolean;
  }
}

/** What the answer to a request carries. Over http browsers ignore the promise of https. */
export function answerHeaders(request: FastifyRequest): Readonly<Record<string, string>> {
  const { 'x-frame-options': noFrame, ...headers } = ANSWER_HEADERS;
  return {
    ...headers,
    ...(request.routeOptions.config.mayBeFramed === true ? {} : { 'x-frame-options': noFrame }),
    ...(request.protocol === 'https' ? HTTPS_ONLY : {}),
  };
}
