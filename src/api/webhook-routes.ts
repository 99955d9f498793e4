import { z } from 'zod';
import type { Posthorn } from '../posthorn.js';
import { page } from './answer-fields.js';
import { attemptAnswer } from './delivery-schemas.js';
import { accountQuery, idPath, pageQuery, readScope } from './request-fields.js';
import { type ApiScope, fields, optionalBody } from './validation.js';
import {
  newWebhook,
  reactivatedWebhook,
  reactivation,
  rotation,
  webhookAnswer,
  webhookChanges,
  webhookWithSecret,
} from './webhook-schemas.js';

const params = idPath('wh_');
const querystring = fields(accountQuery);
const noQuery = fields({});
const noBody = optionalBody(fields({}));

/** `/v1/webhooks`: registers webhooks, shows and changes them. */
export function addWebhookRoutes(api: ApiScope, { webhooks }: Pick<Posthorn, 'webhooks'>): void {
  api.post(
    '/v1/webhooks',
    { schema: { body: newWebhook, querystring: noQuery, response: { 201: webhookWithSecret } } },
    async (request, reply) => {
      const { webhook, secret } = await webhooks.register(request.body);
      return reply.code(201).send({ ...webhook, secret });
    },
  );

  const listQuery = fields({
    ...pageQuery('wh_'),
    ...accountQuery,
    active: z
      .enum(['true', 'false'])
      .transform((text) => text === 'true')
      .optional(),
  });
  api.get(
    '/v1/webhooks',
    { schema: { querystring: listQuery, response: { 200: page(webhookAnswer) } } },
    ({ query }) => webhooks.list({ ...query, ...readScope(query) }),
  );

  api.get(
    '/v1/webhooks/:id',
    { schema: { params, querystring, response: { 200: webhookAnswer } } },
    ({ params: { id }, query }) => webhooks.get(id, readScope(query)),
  );

  api.patch(
    '/v1/webhooks/:id',
    { schema: { params, querystring, body: webhookChanges, response: { 200: webhookAnswer } } },
    ({ params: { id }, query, body }) => webhooks.update(id, body, readScope(query)),
  );

  api.delete(
    '/v1/webhooks/:id',
    { schema: { params, querystring, body: noBody } },
    async ({ params: { id }, query }, reply) => {
      await webhooks.delete(id, readScope(query));
      return reply.code(204).send();
    },
  );

  api.post(
    '/v1/webhooks/:id/rotate-secret',
    { schema: { params, querystring, body: rotation, response: { 200: webhookWithSecret } } },
    async ({ params: { id }, query, body: { overlap: overlapMs, signatureScheme } }) => {
      const { webhook, secret } = await webhooks.rotateSecret(id, {
        ...readScope(query),
        overlapMs,
        signatureScheme,
      });
      return { ...webhook, secret };
    },
  );

  api.post(
    '/v1/webhooks/:id/deactivate',
    { schema: { params, querystring, body: noBody, response: { 200: webhookAnswer } } },
    ({ params: { id }, query }) => webhooks.deactivate(id, readScope(query)),
  );

  api.post(
    '/v1/webhooks/:id/reactivate',
    { schema: { params, querystring, body: reactivation, response: { 200: reactivatedWebhook } } },
    async ({ params: { id }, query, body: { owed } }) => {
      const { webhook, deliveries } = await webhooks.reactivate(id, { ...readScope(query), owed });
      return { ...webhook, deliveries };
    },
  );

  api.get(
    '/v1/webhooks/:id/attempts',
    {
      schema: {
        params,
        querystring: fields({ ...pageQuery('att_'), ...accountQuery }),
        response: { 200: page(attemptAnswer) },
      },
    },
    ({ params: { id }, query }) => webhooks.attempts(id, { ...query, ...readScope(query) }),
  );
}
