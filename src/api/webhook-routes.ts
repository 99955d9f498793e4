import { z } from 'zod';
import { TIERS } from '../domain/tier.js';
import type { Posthorn } from '../posthorn.js';
import { WEBHOOK_STATES } from '../store/webhooks.js';
import { nothing, page } from './answer-fields.js';
import { attemptAnswer } from './delivery-schemas.js';
import { accountQuery, idPath, pageQuery } from './request-fields.js';
import { type ApiScope, fields, optionalBody } from './validation.js';
import {
  deactivation,
  exchangeAnswer,
  historyAnswer,
  newWebhook,
  reactivatedWebhook,
  reactivation,
  rotation,
  verificationAgain,
  webhookAnswer,
  webhookChanges,
  webhookWithSecret,
} from './webhook-schemas.js';

const params = idPath('wh_');
const querystring = fields(accountQuery);
const noQuery = fields({});
const noBody = optionalBody(fields({}));
const read = { permission: 'webhooks:read' } as const;
const write = { permission: 'webhooks:write' } as const;

/** `/v1/webhooks`: registers webhooks, shows and changes them. */
export function addWebhookRoutes(
  api: ApiScope,
  { webhooks, tests }: Pick<Posthorn, 'webhooks' | 'tests'>,
): void {
  api.post(
    '/v1/webhooks',
    {
      config: write,
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
      const input = { ...body, ...request.scope(body.accountId), actor: request.actor() };
      const { webhook, secret } = await webhooks.register(input);
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
    state: z.enum(WEBHOOK_STATES).optional(),
    tier: z.enum(TIERS).optional(),
    search: z.string().max(500).optional(),
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

  api.post(
    '/v1/webhooks/:id/rotate-secret',
    {
      config: write,
      schema: {
        operationId: 'rotateWebhookSecret',
        summary: 'Give a webhook a new secret',
        params,
        querystring,
        body: rotation,
        response: { 200: webhookWithSecret },
      },
    },
    async (request) => {
      const { overlap: overlapMs, signatureScheme } = request.body;
      const scope = request.scope(request.query.accountId);
      const options = { ...scope, overlapMs, signatureScheme };
      const { webhook, secret } = await webhooks.rotateSecret(request.params.id, options);
      return { ...webhook, secret };
    },
  );

  api.post(
    '/v1/webhooks/:id/deactivate',
    {
      config: write,
      schema: {
        operationId: 'deactivateWebhook',
        summary: 'Deactivate a webhook',
        problems: ['conflict'],
        params,
        querystring,
        body: deactivation,
        response: { 200: webhookAnswer },
      },
    },
    (request) => {
      const scope = request.scope(request.query.accountId);
      const { detail } = request.body;
      return webhooks.deactivate(request.params.id, { ...scope, detail, actor: request.actor() });
    },
  );

  api.post(
    '/v1/webhooks/:id/reactivate',
    {
      config: write,
      schema: {
        operationId: 'reactivateWebhook',
        summary: 'Reactivate a webhook',
        problems: ['conflict'],
        params,
        querystring,
        body: reactivation,
        response: { 200: reactivatedWebhook },
      },
    },
    async (request) => {
      const { owed, detail } = request.body;
      const scope = request.scope(request.query.accountId);
      const options = { ...scope, owed, detail, actor: request.actor() };
      const { webhook, deliveries } = await webhooks.reactivate(request.params.id, options);
      return { ...webhook, deliveries };
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

  api.post(
    '/v1/webhooks/:id/verify',
    {
      config: write,
      schema: {
        operationId: 'verifyWebhook',
        summary: "Verify a webhook's endpoint again",
        problems: ['verification_failed'],
        params,
        querystring,
        body: verificationAgain,
        response: { 200: webhookAnswer },
      },
    },
    (request) => {
      const { method } = request.body;
      const scope = request.scope(request.query.accountId);
      return webhooks.verify(request.params.id, { ...scope, method, actor: request.actor() });
    },
  );

  api.post(
    '/v1/webhooks/:id/test',
    {
      config: write,
      schema: {
        operationId: 'testWebhook',
        summary: 'Send a test to a webhook now',
        params,
        querystring,
        body: noBody,
        response: { 200: exchangeAnswer },
      },
    },
    (request) => tests.test(request.params.id, request.scope(request.query.accountId)),
  );
}
