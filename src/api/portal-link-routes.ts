import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { parseDuration } from '../domain/duration.js';
import { InvalidInputError } from '../domain/errors.js';
import { PORTAL_THEMES } from '../portal/new-link.js';
import type { Posthorn } from '../posthorn.js';
import { nothing, time } from './answer-fields.js';
import { type ApiScope, fields } from './validation.js';

const accountId = z
  .string()
  .optional()
  .describe('Needed, unless the key is limited to one account');

const newPortalLink = fields({
  accountId,
  expiresIn: z
    .string()
    .transform((text, context) => {
      const durationMs = parseDuration(text);
      if (durationMs !== undefined) return durationMs;
      context.addIssue('must be a duration like 30s, 5m or 1h');
      return z.NEVER;
    })
    .optional()
    .describe('How long it opens the portal: `10s` to `1d`, the setting where left out'),
  readOnly: z.boolean().optional().describe('True for one that changes nothing'),
  returnUrl: z.string().optional().describe('Where the portal leads back to, http or https'),
  theme: z.enum(PORTAL_THEMES).optional().describe('`auto` where left out'),
  accent: z.string().optional().describe('The colour of what stands out, like `#2f6fed`'),
}).meta({
  examples: [{ accountId: 'acme', returnUrl: 'https://app.example.com/settings', theme: 'dark' }],
});

const portalLink = z
  .object({
    url: z.string().describe('For a browser, or an iframe; whoever has it may use it'),
    expiresAt: time,
  })
  .meta({ id: 'PortalLink' });

const revocation = fields({ accountId }).meta({ examples: [{ accountId: 'acme' }] });

const config = { permission: 'portal:link' } as const;

/** `/v1/portal-links`: makes links by which customers look after the webhooks of one account, and ends them. */
export function addPortalLinkRoutes(api: ApiScope, { portal }: Pick<Posthorn, 'portal'>): void {
  api.post(
    '/v1/portal-links',
    {
      config: { ...config, idempotency: 'repeatable' },
      schema: {
        operationId: 'createPortalLink',
        summary: 'Make a link to the customer portal of one account',
        body: newPortalLink,
        querystring: fields({}),
        response: { 201: portalLink },
      },
    },
    async (request, reply) => {
      const { expiresIn: expiresInMs, ...rest } = request.body;
      const link = await portal.createLink(
        { ...rest, expiresInMs, accountId: accountOf(request, rest.accountId) },
        {
          keyHash: request.access?.keyHash ?? undefined,
          baseUrl: `${request.protocol}://${request.host}`,
        },
      );
      return reply.code(201).send(link);
    },
  );

  api.post(
    '/v1/portal-links/revoke',
    {
      config,
      schema: {
        operationId: 'revokePortalLinks',
        summary: 'End every link and session of an account at the customer portal',
        body: revocation,
        querystring: fields({}),
        response: { 204: nothing },
      },
    },
    async (request, reply) => {
      await portal.revoke(accountOf(request, request.body.accountId));
      return reply.code(204).send();
    },
  );
}

/**
 * The account that is named, or else the key's. There is no default: a name that was forgotten must not
 * become a link to the webhooks of another account.
 */
function accountOf(request: FastifyRequest, given: string | undefined): string {
  const { accountId } = request.scope(given);
  if (accountId !== undefined) return accountId;
  const fault = 'is needed: the account whose webhooks are meant';
  throw new InvalidInputError(`accountId ${fault}`, { details: { accountId: fault } });
}
