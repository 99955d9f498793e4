import { timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import type { Access } from '../domain/access.js';
import { clientNetwork } from '../domain/client-network.js';
import { ForbiddenError, UnauthorizedError } from '../domain/errors.js';
import type { ApiKeys } from '../keys/api-keys.js';
import { hashKey, hexHashOf, isKeyText } from '../keys/key-text.js';
import { isSessionToken } from '../portal/grants.js';
import { createFailureLimit, type FailureLimit } from './failure-limit.js';
import { RequestError } from './problems.js';
import type { Sessions } from './sessions.js';

const BEARER = /^bearer +(\S+)$/i; // the scheme's name is case-insensitive (RFC 9110, section 11.1)

/** What the key of `POSTHORN_API_KEY` may do: everything, for every account. */
const SETTING_ACCESS: Access = { keyId: 'setting', role: 'admin', accountId: null };

/** Who calls: what may be done, and the SHA-256 of the key behind it as hex. */
export interface Caller extends Access {
  /** Null where no key is behind it: at the portal, by a link that was made without one. */
  readonly keyHash: string | null;
}

/** Finds out what the holder of a key may do. */
export interface Authenticator {
  /**
   * What a key allows. Throws `UnauthorizedError` where it is missing, wrong or revoked, and `RequestError`
   * (`too_many_failures`) for clients that tried too many wrong ones: of those only keys are looked at that
   * nobody can guess, so that one behind an address can't shut out others.
   */
  authenticate(
    given: string | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Caller>;
  /** True while the key with this hash is valid. */
  isValid(keyHash: string): Promise<boolean>;
}

export function createAuthenticator(options: {
  apiKey: string;
  keys: Pick<ApiKeys, 'authenticate' | 'isValid'>;
  failures?: FailureLimit;
}): Authenticator {
  const { keys, failures = createFailureLimit() } = options;
  const expected = hashKey(options.apiKey);

  return {
    async authenticate(given, request, reply) {
      const client = clientOf(request);
      const refusedForMs = failures.refusedForMs(client);
      if (refusedForMs > 0 && !isKeyText(given ?? '')) refuse(refusedForMs, reply);
      // Whoever sends no key tries none, so that is not counted.
      if (given === undefined) unauthorized(reply, 'the request carries no API key');
      // Hashes are of one length and tell nothing of the key, so comparing them takes the same time always.
      const access = timingSafeEqual(hashKey(given), expected)
        ? SETTING_ACCESS
        : await keys.authenticate(given);
      if (access !== undefined) return { ...access, keyHash: hexHashOf(given) };
      if (refusedForMs > 0) refuse(refusedForMs, reply);
      failures.add(client);
      request.log.debug({ client }, 'wrong API key');
      unauthorized(reply, 'the API key is not valid');
    },

    isValid: async (keyHash) =>
      keyHash === Buffer.from(expected).toString('hex') || keys.isValid(keyHash),
  };
}

/** The header without which a session changes nothing: no form and no page of another site can send it. */
export const DASHBOARD_HEADER = 'x-posthorn-dashboard';

/**
 * Lets a request in that carries `Authorization: Bearer KEY`, the session of somebody who signed in to the
 * dashboard, or that of a customer at the portal, before its body is read, and notes in `request.access`
 * what it may do.
 *
 * @param options.check throws where a dashboard's session must not be used by this request
 */
export function requireKey(options: {
  authenticator: Authenticator;
  sessions: Pick<Sessions, 'read'>;
  portal: {
    /** Who calls with a session's token. Throws `UnauthorizedError`. */
    authenticate(sessionToken: string, reply: FastifyReply): Promise<Caller>;
  };
  check?: (request: FastifyRequest) => void;
}): onRequestAsyncHookHandler {
  const { authenticator, sessions, portal, check = checkOrigin } = options;
  return async (request, reply) => {
    const { authorization } = request.headers;
    const bearer = BEARER.exec(authorization ?? '')?.[1];
    if (bearer !== undefined && isSessionToken(bearer)) {
      request.access = await portal.authenticate(bearer, reply);
      return;
    }
    const session = authorization === undefined ? sessions.read(request) : undefined;
    if (session !== undefined) check(request);
    request.access = await authenticator.authenticate(session?.key ?? bearer, request, reply);
  };
}

/** Throws where a session is used to change something from elsewhere than the dashboard. */
export function checkOrigin({ method, headers }: FastifyRequest): void {
  if (method === 'GET' || method === 'HEAD') return;
  const site = headers['sec-fetch-site'];
  const own = site === undefined || site === 'same-origin';
  if (own && headers[DASHBOARD_HEADER] !== undefined) return;
  throw new ForbiddenError('a session changes things from the dashboard alone', {
    hint: 'send the header Authorization: Bearer and an API key in place of the cookie',
  });
}

/**
 * The same for pages that are not ours, and so send no header of ours: Bull Board's. The browser itself says
 * where a request comes from, and no page can change what it says: in `Sec-Fetch-Site`, or, over http from
 * another machine, where browsers leave that out, in `Origin`.
 */
export function checkSameOrigin({ method, headers, host }: FastifyRequest): void {
  if (method === 'GET' || method === 'HEAD') return;
  const { 'sec-fetch-site': site, origin } = headers;
  if (site === undefined ? isOriginOf(host, origin) : site === 'same-origin') return;
  throw new ForbiddenError('a session changes things from pages of Posthorn alone');
}

function isOriginOf(host: string, origin: string | undefined): boolean {
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host;
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
