import { z } from 'zod';
import { TIERS } from '../domain/tier.js';
import type { Posthorn } from '../posthorn.js';
import { WEBHOOK_STATES } from '../store/webhooks.js';
import { nothing, page } from './answer-fields.js';
import { attemptAnswer } from './delivery-schemas.js';
import { accountQuery, booleanQuery, idPath, pageQuery, textQuery } from './request-fields.js';
import { type ApiScope, fields, optionalBody } from './validation.js';
import { assertMaySet } from './webhook-fields.js';
import { newWebhook, webhookChanges } from './webhook-input-schemas.js';
import { historyAnswer, webhookAnswer, webhookWithSecret } from './webhook-schemas.js';

const params = idPath('wh_');
const querystring = fields(accountQuery);
const noQuery = fields({});
const noBody = optionalBody(fields({}));
const read = { permission: 'webhooks:read' } as const;
const write = { permission: 'webhooks:write' } as const;

/** `/v1/webhooks`: registers webhooks, shows and changes them. */
export function addWebhookRoutes(
  api: ApiScope,
  { webhooks, settings }: Pick<Posthorn, 'webhooks' | 'settings'>,
): void {
  api.post(
    '/v1/webhooks',
    {
      config: { ...write, idempotency: 'recorded' },
      schema: {
        operationId: 'createWebhook',
        summary: 'Register a webhook',
        problems: ['verification_failed'],
        body: newWebhook,
        querystring: noQuery,
        response: { 201: webhookWithSecret },
      },
    },
    async (request, reply) => {
      const { body } = request;
      assertMaySet(request, body);
      const atMost = request.actor() === 'portal' ? settings.portalWebhooks : undefined;
      const input = { ...body, ...request.scope(body.accountId), actor: request.actor(), atMost };
      const { webhook, secret } = await webhooks.register(input);
      return reply.code(201).send({ ...webhook, secret });
    },
  );

  const listQuery = fields({
    ...pageQuery('wh_'),
    ...accountQuery,
    active: booleanQuery.optional(),
    state: z.enum(WEBHOOK_STATES).optional(),
    tier: z.enum(TIERS).optional(),
    search: textQuery(500).optional().describe('A part of the URL, in upper or lower case'),
  });
  api.get(
    '/v1/webhooks',
    {
      config: read,
      schema: {
        operationId: 'listWebhooks',
        summary: 'List webhooks',
        querystring: listQuery,
        response: { 200: page(webhookAnswer) },
      },
    },
    (request) => webhooks.list({ ...request.query, ...request.scope(request.query.accountId) }),
  );

  api.get(
    '/v1/webhooks/:id',
    {
      config: read,
      schema: {
        operationId: 'getWebhook',
        summary: 'Show a webhook',
        params,
        querystring,
        response: { 200: webhookAnswer },
      },
    },
    (request) => webhooks.get(request.params.id, request.scope(request.query.accountId)),
  );

  api.patch(
    '/v1/webhooks/:id',
    {
      config: write,
      schema: {
        operationId: 'updateWebhook',
        summary: 'Change a webhook',
        problems: ['verification_failed'],
        params,
        querystring,
        body: webhookChanges,
        response: { 200: webhookAnswer },
      },
    },
    (request) => {
      assertMaySet(request, request.body);
      const scope = { ...request.scope(request.query.accountId), actor: request.actor() };
      return webhooks.update(request.params.id, request.body, scope);
    },
  );

  api.delete(
    '/v1/webhooks/:id',
    {
      config: write,
      schema: {
        operationId: 'deleteWebhook',
        summary: 'Delete a webhook',
        params,
        querystring,
        body: noBody,
        response: { 204: nothing },
      },
    },
    async (request, reply) => {
      await webhooks.delete(request.params.id, request.scope(request.query.accountId));
      return reply.code(204).send();
    },
  );

  api.get(
    '/v1/webhooks/:id/attempts',
    {
      config: read,
      schema: {
        operationId: 'listWebhookAttempts',
        summary: "List a webhook's attempts",
        params,
        querystring: fields({ ...pageQuery('att_'), ...accountQuery }),
        response: { 200: page(attemptAnswer) },
      },
    },
    (request) => {
      const scope = request.scope(request.query.accountId);
      return webhooks.attempts(request.params.id, { ...request.query, ...scope });
    },
  );

  api.get(
    '/v1/webhooks/:id/history',
    {
      config: read,
      schema: {
        operationId: 'listWebhookHistory',
        summary: 'List what happened to a webhook',
        params,
        querystring: fields({ ...pageQuery('ntc_'), ...accountQuery }),
        response: { 200: page(historyAnswer) },
      },
    },
    (request) => {
      const scope = request.scope(request.query.accountId);
      return webhooks.history(request.params.id, { ...request.query, ...scope });
    },
  );
}
