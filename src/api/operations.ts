import type { FastifyContextConfig, FastifyInstance, FastifySchema, RouteOptions } from 'fastify';
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

/** A route that the OpenAPI document has. */
export interface Operation {
  readonly method: string;
  /** Its path, with `:id` in it. */
  readonly url: string;
  readonly schema: FastifySchema;
  readonly config: FastifyContextConfig;
}

/** What every route under `/v1` says of itself. */
const NEEDED = ['operationId', 'summary', 'response'] as const;

/**
 * Collects the routes that describe themselves as they are added. Those under `/v1` that don't are refused,
 * so that nobody can forget it, and so are two of one name. Call it before routes are added.
 */
export function collectOperations(server: FastifyInstance): readonly Operation[] {
  const operations: Operation[] = [];
  server.addHook('onRoute', ({ method: methods, url, schema = {}, config = {} }: RouteOptions) => {
    const method = String(methods);
    // Fastify adds a HEAD to each GET.
    if (method === 'HEAD') return;
    checkNeeded(`${method} ${url}`, schema);
    const { operationId } = schema;
    if (operationId === undefined) return;
    if (operations.some((other) => other.schema.operationId === operationId)) {
      throw new Error(`the route ${method} ${url} has the operationId ${operationId} of another`);
    }
    operations.push({ method, url, schema, config });
  });
  return operations;
}

function checkNeeded(route: string, schema: FastifySchema): void {
  if (!/ \/v1(\/|$)/.test(route)) return;
  const missing = NEEDED.filter((name) => schema[name] === undefined);
  if (missing.length === 0) return;
  throw new Error(`the route ${route} names no ${missing.join(' and no ')} in its schema`);
}
