import { z } from 'zod';
import type { Posthorn } from '../posthorn.js';
import { nothing } from './answer-fields.js';
import { accountFormatAnswer, format } from './format-schemas.js';
import { type ApiScope, fields, optionalBody } from './validation.js';

const params = fields({ accountId: z.string() });
const querystring = fields({});
const body = fields({ format }).meta({
  examples: [
    { format: { kind: 'slack' } },
    {
      format: {
        kind: 'raw',
        headers: { 'X-Acme-Event': '{type}', 'X-Acme-Delivery': '{id}' },
        signatures: [
          {
            header: 'X-Acme-Signature',
            algorithm: 'hmac-sha256',
            value: 'sha256={signature}',
          },
        ],
      },
    },
  ],
});

/** `/v1/accounts/{accountId}`: what holds for all webhooks of an account that say nothing themselves. */
export function addAccountRoutes(api: ApiScope, { formats }: Pick<Posthorn, 'formats'>): void {
  api.get(
    '/v1/accounts/:accountId/format',
    {
      config: { permission: 'webhooks:read' },
      schema: {
        operationId: 'getAccountFormat',
        summary: 'Show the default format of an account',
        params,
        querystring,
        response: { 200: accountFormatAnswer },
      },
    },
    (request) => formats.get(request.scope(request.params.accountId)),
  );

  api.put(
    '/v1/accounts/:accountId/format',
    {
      config: { permission: 'webhooks:policy' },
      schema: {
        operationId: 'setAccountFormat',
        summary: 'Set the default format of an account',
        problems: ['conflict'],
        params,
        querystring,
        body,
        response: { 200: accountFormatAnswer },
      },
    },
    (request) => formats.set(request.body.format, request.scope(request.params.accountId)),
  );

  api.delete(
    '/v1/accounts/:accountId/format',
    {
      config: { permission: 'webhooks:policy' },
      schema: {
        operationId: 'deleteAccountFormat',
        summary: 'Remove the default format of an account',
        problems: ['conflict'],
        params,
        querystring,
        body: optionalBody(fields({})),
        response: { 204: nothing },
      },
    },
    async (request, reply) => {
      await formats.remove(request.scope(request.params.accountId));
      return reply.code(204).send();
    },
  );
}
