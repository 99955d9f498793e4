import { z } from 'zod';
import { KEY_ROLES } from '../domain/access.js';
import type { Posthorn } from '../posthorn.js';
import { nothing, page, time } from './answer-fields.js';
import { accountQuery, idPath, pageQuery } from './request-fields.js';
import { type ApiScope, fields, optionalBody } from './validation.js';

const keyAnswer = z
  .object({
    id: z.string(),
    name: z.string(),
    role: z.enum(KEY_ROLES),
    accountId: z.string().nullable().describe('Null for every account'),
    createdAt: time,
    lastUsedAt: time.nullable().describe('To the minute'),
    revokedAt: time.nullable(),
  })
  .meta({ id: 'Key' });

const keyWithText = keyAnswer
  .extend({ key: z.string().describe('What callers show, this once') })
  .meta({ id: 'KeyWithText' });

const newKey = fields({
  name: z.string().describe('For people, 1 to 100 characters'),
  role: z.enum(KEY_ROLES),
  accountId: z.string().optional().describe('The one that it is limited to, if any'),
}).meta({ examples: [{ name: 'backend', role: 'producer', accountId: 'acme' }] });

const config = { permission: 'keys:manage' } as const;

/** `/v1/keys`: makes API keys, lists and revokes them. */
export function addKeyRoutes(api: ApiScope, { keys }: Pick<Posthorn, 'keys'>): void {
  api.post(
    '/v1/keys',
    {
      config: { ...config, idempotency: 'recorded' },
      schema: {
        operationId: 'createKey',
        summary: 'Make an API key',
        body: newKey,
        querystring: fields({}),
        response: { 201: keyWithText },
      },
    },
    async (request, reply) => {
      const { name, role, accountId } = request.body;
      const { apiKey, key } = await keys.create({ name, role, ...request.scope(accountId) });
      return reply.code(201).send({ ...apiKey, key });
    },
  );

  api.get(
    '/v1/keys',
    {
      config,
      schema: {
        operationId: 'listKeys',
        summary: 'List API keys',
        querystring: fields({ ...pageQuery('key_'), ...accountQuery }),
        response: { 200: page(keyAnswer) },
      },
    },
    (request) => keys.list({ ...request.query, ...request.scope(request.query.accountId) }),
  );

  api.delete(
    '/v1/keys/:id',
    {
      config,
      schema: {
        operationId: 'revokeKey',
        summary: 'Revoke an API key',
        params: idPath('key_'),
        querystring: fields(accountQuery),
        body: optionalBody(fields({})),
        response: { 204: nothing },
      },
    },
    async (request, reply) => {
      await keys.revoke(request.params.id, request.scope(request.query.accountId));
      return reply.code(204).send();
    },
  );
}
