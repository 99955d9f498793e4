import { timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import type { Access } from '../domain/access.js';
import { clientNetwork } from '../domain/client-network.js';
import { UnauthorizedError } from '../domain/errors.js';
import type { ApiKeys } from '../keys/api-keys.js';
import { hashKey, isKeyText } from '../keys/key-text.js';
import { createFailureLimit, type FailureLimit } from './failure-limit.js';
import { RequestError } from './problems.js';

const BEARER = /^bearer +(\S+)$/i; // the scheme's name is case-insensitive (RFC 9110, section 11.1)

/** What the key of `POSTHORN_API_KEY` may do: everything, for every account. */
const SETTING_ACCESS: Access = { keyId: 'setting', role: 'admin', accountId: null };

/**
 * Lets a request in that carries `Authorization: Bearer KEY`, before its body is read, and notes in
 * `request.access` what it may do. Throws `UnauthorizedError` for any other, whether the key is missing,
 * wrong or revoked, and `RequestError` (`too_many_failures`) for clients that tried too many wrong ones: of
 * those only keys are looked at that nobody can guess, so that one behind an address can't shut out others.
 */
export function requireKey(options: {
  apiKey: string;
  keys: Pick<ApiKeys, 'authenticate'>;
  failures?: FailureLimit;
}): onRequestAsyncHookHandler {
  const { keys, failures = createFailureLimit() } = options;
  const expected = hashKey(options.apiKey);

  return async (request, reply) => {
    const given = BEARER.exec(request.headers.authorization ?? '')?.[1];
    const client = clientOf(request);
    const refusedForMs = failures.refusedForMs(client);
    if (refusedForMs > 0 && !isKeyText(given ?? '')) refuse(refusedForMs, reply);
    // Whoever sends no key tries none, so that is not counted.
    if (given === undefined) unauthorized(reply, 'the request carries no API key');
    // Hashes are of one length and tell nothing of the key, so comparing them takes the same time always.
    const access = timingSafeEqual(hashKey(given), expected)
      ? SETTING_ACCESS
      : await keys.authenticate(given);
    if (access !== undefined) {
      request.access = access;
      return;
    }
    if (refusedForMs > 0) refuse(refusedForMs, reply);
    failures.add(client);
    request.log.debug({ client }, 'wrong API key');
    unauthorized(reply, 'the API key is not valid');
  };
}

/** A proxy that is trusted may still pass on what is no address; then the proxy itself is the client. */
function clientOf(request: FastifyRequest): string {
  return clientNetwork(request.ip) ?? request.socket.remoteAddress ?? '';
}

function refuse(refusedForMs: number, reply: FastifyReply): never {
  const seconds = Math.ceil(refusedForMs / 1_000);
  void reply.header('retry-after', seconds);
  throw new RequestError(
    'too_many_failures',
    `too many requests with a wrong API key came from this address: try again in ${seconds} s`,
  );
}

function unauthorized(reply: FastifyReply, fault: string): never {
  void reply.header('www-authenticate', 'Bearer');
  throw new UnauthorizedError(fault, {
    hint: 'send the header Authorization: Bearer and the API key',
  });
}
