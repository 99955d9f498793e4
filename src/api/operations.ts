import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify';
import type { ProblemCode } from './problems.js';

declare module 'fastify' {
  interface FastifySchema {
    /**
     * The route's name in the OpenAPI document: a verb and a noun, unique. Generated clients name their
     * methods by it, so that it stays.
     */
    readonly operationId?: string;
    /** What it does, in a few words that begin with a verb, without a full stop. */
    readonly summary?: string;
    /** What else is to be known of it, in Markdown. */
    readonly description?: string;
    /** The problems that it has besides those that any route may have, like `conflict`. */
    readonly problems?: readonly ProblemCode[];
  }
}

/** What every route under `/v1` says of itself. */
const NEEDED = ['operationId', 'summary', 'response'] as const;

/**
 * Refuses routes under `/v1` that don't describe themselves, or by a name that another has, so that nobody
 * can forget it. Call it before routes are added.
 */
export function requireDescriptions(server: FastifyInstance): void {
  const taken = new Set<string>();
  server.addHook('onRoute', ({ method, url, schema = {} }: RouteOptions) => {
    // Fastify adds a HEAD to each GET.
    if (method === 'HEAD') return;
    checkNeeded(`${method} ${url}`, schema);
    const { operationId } = schema;
    if (operationId === undefined) return;
    if (taken.has(operationId)) {
      throw new Error(`the route ${method} ${url} has the operationId ${operationId} of another`);
    }
    taken.add(operationId);
  });
}

function checkNeeded(route: string, schema: FastifySchema): void {
  if (!/ \/v1(\/|$)/.test(route)) return;
  const missing = NEEDED.filter((name) => schema[name] === undefined);
  if (missing.length === 0) return;
  throw new Error(`the route ${route} names no ${missing.join(' and no ')} in its schema`);
}
