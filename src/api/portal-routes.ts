import { z } from 'zod';
import type { Settings } from '../config.js';
import { CUSTOMER_ROLES, PERMISSIONS, permissionsOf } from '../domain/access.js';
import { PORTAL_THEMES } from '../portal/new-link.js';
import { PORTAL_PATH } from '../portal/portal.js';
import { time } from './answer-fields.js';
import { pagePolicy } from './dashboard-routes.js';
import type { PortalSessions } from './portal-sessions.js';
import { type ApiScope, fields } from './validation.js';

const sessionAnswer = z.object({
  token: z.string(),
  accountId: z.string(),
  role: z.enum(CUSTOMER_ROLES),
  permissions: z.array(z.enum(PERMISSIONS)),
  expiresAt: time,
  returnUrl: z.string().nullable(),
  theme: z.enum(PORTAL_THEMES),
  accent: z.string().nullable(),
  origins: z.array(z.string()).readonly(),
});

/** The customer portal: its document, and the session that a link begins. */
export function addPortalRoutes(
  api: ApiScope,
  options: { portal: PortalSessions; settings: Pick<Settings, 'portalOrigins'> },
): void {
  const { portal, settings } = options;
  const { portalOrigins: origins } = settings;

  // The one answer that another site may show in itself, where a setting names that site.
  api.get(
    PORTAL_PATH,
    { config: { ofDashboard: true, mayBeFramed: origins.length > 0 } },
    (_request, reply) =>
      reply
        .header('content-security-policy', pagePolicy(origins))
        .header('cache-control', 'no-cache')
        .sendFile('portal.html', { cacheControl: false }),
  );

  api.post(
    `${PORTAL_PATH}/session`,
    {
      config: { ofDashboard: true },
      schema: {
        body: fields({ link: z.string().max(10_000) }),
        response: { 201: sessionAnswer },
      },
    },
    async (request, reply) => {
      const { look, ...session } = await portal.begin(request.body.link, reply);
      const access = { role: session.role, accountId: session.accountId };
      return reply
        .code(201)
        .send({ ...session, ...look, permissions: [...permissionsOf(access)], origins });
    },
  );
}
