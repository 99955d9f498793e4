import { createHash, timingSafeEqual } from 'node:crypto';
import type { onRequestAsyncHookHandler } from 'fastify';
import { UnauthorizedError } from '../domain/errors.js';

const BEARER = /^bearer +(\S+)$/i; // the scheme's name is case-insensitive (RFC 9110, section 11.1)

/**
 * Lets a request in that carries `Authorization: Bearer KEY`, before its body is read. Throws
 * `UnauthorizedError` for any other, whether the key is missing or wrong.
 */
export function requireKey(apiKey: string): onRequestAsyncHookHandler {
  const expected = hash(apiKey);
  return async (request, reply) => {
    const given = BEARER.exec(request.headers.authorization ?? '')?.[1];
    // Hashes are of one length and tell nothing of the key, so comparing them takes the same time always.
    if (given !== undefined && timingSafeEqual(hash(given), expected)) return;
    void reply.header('www-authenticate', 'Bearer');
    throw new UnauthorizedError(
      given === undefined ? 'the request carries no API key' : 'the API key is not valid',
      { hint: 'send the header Authorization: Bearer and the API key' },
    );
  };
}

function hash(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
