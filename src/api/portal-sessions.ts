import type { FastifyReply } from 'fastify';
import { UnauthorizedError } from '../domain/errors.js';
import type { Grant } from '../portal/grants.js';
import type { Portal, PortalSession } from '../portal/portal.js';
import type { Authenticator, Caller } from './authentication.js';

/** Lets customers in who come by a link to the portal. */
export interface PortalSessions {
  /** Begins a session by a link. Throws `UnauthorizedError` where the link is not good any more. */
  begin(linkToken: string, reply: FastifyReply): Promise<PortalSession>;
  /** Who calls with a session's token. Throws `UnauthorizedError` where it is not good any more. */
  authenticate(sessionToken: string, reply: FastifyReply): Promise<Caller>;
}

/**
 * A link and its sessions end with the key that made it, too. A wrong token is not counted as a wrong key
 * is: it is sealed, so that trying finds none, and a page that outlives its session shuts nobody out.
 */
export function createPortalSessions(options: {
  portal: Pick<Portal, 'begin' | 'read'>;
  authenticator: Pick<Authenticator, 'isValid'>;
}): PortalSessions {
  const { portal, authenticator } = options;

  async function stands(grant: Grant | undefined): Promise<boolean> {
    if (grant === undefined) return false;
    return grant.keyHash === null || authenticator.isValid(grant.keyHash);
  }

  return {
    async begin(linkToken, reply) {
      const session = await portal.begin(linkToken);
      if (session !== undefined && (await stands(session))) return session;
      refuse(reply, 'the link to the portal is not good, or not any more');
    },
    async authenticate(sessionToken, reply) {
      const grant = await portal.read(sessionToken);
      if (grant === undefined || !(await stands(grant))) {
        refuse(reply, 'the session at the portal has ended');
      }
      const { role, accountId, keyHash } = grant;
      return { keyId: 'portal', role, accountId, keyHash };
    },
  };
}

function refuse(reply: FastifyReply, fault: string): never {
  void reply.header('www-authenticate', 'Bearer');
  throw new UnauthorizedError(fault, { hint: 'open the portal again from where it was opened' });
}
