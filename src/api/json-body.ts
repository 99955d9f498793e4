import type { FastifyInstance, FastifyRequest } from 'fastify';
import { holdsInfinity } from './infinite-numbers.js';
import { RequestError } from './problems.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it came; null where there is none. */
    rawBody: Buffer | null;
  }
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/** Reads bodies as JSON, and as nothing else. */
export function addJsonBodies(server: FastifyInstance): void {
  server.decorateRequest('rawBody', null);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, parseJsonBody);
}

/**
 * Reads a request's body as JSON. An empty body is undefined, because clients send the content type
 * whether there is a body or not. Throws `RequestError` for what is not JSON in UTF-8, or holds
 * a number that can't be kept.
 */
async function parseJsonBody(request: FastifyRequest, body: Buffer): Promise<unknown> {
  request.rawBody = body;
  if (body.length === 0) return undefined;
  const { text, value } = parse(body);
  if (!holdsInfinity(text, value)) return value;
  const fault = 'holds a number beyond ±1.8e308, which is not kept: send it as a string';
  throw new RequestError('validation_failed', `the body ${fault}`, {
    errors: [{ field: 'body', detail: fault }],
  });
}

function parse(body: Buffer): { text: string; value: unknown } {
  try {
    const text = UTF_8.decode(body);
    return { text, value: JSON.parse(text) };
  } catch (cause) {
    const fault = cause instanceof SyntaxError ? cause.message : 'it is not UTF-8';
    throw new RequestError('malformed_json', `the body can't be read as JSON: ${fault}`, { cause });
  }
}
