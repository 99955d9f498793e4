import type { FastifyInstance } from 'fastify';
import { openApiDocument } from './openapi/document.js';
import type { Operation } from './operations.js';

/** `/openapi.json`: describes the API. It says nothing of what is in the ledger, so that anybody may have it. */
export function addOpenApiRoutes(
  server: FastifyInstance,
  { operations }: { operations: readonly Operation[] },
): void {
  let text: string | undefined;
  server.get('/openapi.json', (_request, reply) => {
    // Only now are all routes known.
    text ??= JSON.stringify(openApiDocument(operations));
    return reply.type('application/json; charset=utf-8').send(text);
  });
}
