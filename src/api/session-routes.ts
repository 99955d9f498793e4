import { z } from 'zod';
import { type Access, PERMISSIONS, permissionsOf, ROLES } from '../domain/access.js';
import { UnauthorizedError } from '../domain/errors.js';
import { time } from './answer-fields.js';
import { type Authenticator, checkOrigin } from './authentication.js';
import type { Session, Sessions } from './sessions.js';
import { type ApiScope, fields, optionalBody } from './validation.js';

const sessionAnswer = z.object({
  keyId: z.string(),
  role: z.enum(ROLES),
  accountId: z.string().nullable(),
  permissions: z.array(z.enum(PERMISSIONS)),
  expiresAt: time,
});

const config = { ofDashboard: true } as const;

/** `/session`: signs somebody in to the dashboard with an API key, and out again. */
export function addSessionRoutes(
  api: ApiScope,
  { authenticator, sessions }: { authenticator: Authenticator; sessions: Sessions },
): void {
  api.post(
    '/session',
    {
      config,
      schema: { body: fields({ key: z.string().max(500) }), response: { 200: sessionAnswer } },
    },
    async (request, reply) => {
      // Nobody is signed in by another site, with a key of that site's choice.
      checkOrigin(request);
      const { key } = request.body;
      const access = await authenticator.authenticate(key, request, reply);
      const { session, cookie } = sessions.begin(key, request);
      return reply.header('set-cookie', cookie).send(toAnswer(access, session));
    },
  );

  // Asked by the page as it opens, so that there not being one is an answer and no error.
  api.get(
    '/session',
    { config, schema: { response: { 200: z.object({ session: sessionAnswer.nullable() }) } } },
    async (request, reply) => {
      const session = sessions.read(request);
      if (session === undefined) return { session: null };
      try {
        const access = await authenticator.authenticate(session.key, request, reply);
        return { session: toAnswer(access, session) };
      } catch (error) {
        if (!(error instanceof UnauthorizedError)) throw error;
        void reply.removeHeader('www-authenticate').header('set-cookie', sessions.end(request));
        return { session: null };
      }
    },
  );

  api.delete(
    '/session',
    { config, schema: { body: optionalBody(fields({})) } },
    async (request, reply) => {
      checkOrigin(request);
      return reply.code(204).header('set-cookie', sessions.end(request)).send();
    },
  );
}

function toAnswer(access: Access, { expiresAt }: Session) {
  return { ...access, permissions: [...permissionsOf(access)], expiresAt };
}
