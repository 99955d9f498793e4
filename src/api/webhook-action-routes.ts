import type { Posthorn } from '../posthorn.js';
import { accountQuery, idPath } from './request-fields.js';
import { type ApiScope, fields, optionalBody } from './validation.js';
import { assertMaySet } from './webhook-fields.js';
import {
  deactivation,
  reactivation,
  rotation,
  verificationAgain,
} from './webhook-input-schemas.js';
import {
  exchangeAnswer,
  reactivatedWebhook,
  webhookAnswer,
  webhookWithSecret,
} from './webhook-schemas.js';

const params = idPath('wh_');
const querystring = fields(accountQuery);
const config = { permission: 'webhooks:write' } as const;

/** `/v1/webhooks/{id}/…`: what an owner does with a webhook. */
export function addWebhookActionRoutes(
  api: ApiScope,
  { webhooks, tests }: Pick<Posthorn, 'webhooks' | 'tests'>,
): void {
  api.post(
    '/v1/webhooks/:id/rotate-secret',
    {
      config: { ...config, idempotency: 'recorded' },
      schema: {
        operationId: 'rotateWebhookSecret',
        summary: 'Give a webhook a new secret',
        problems: ['conflict'],
        params,
        querystring,
        body: rotation,
        response: { 200: webhookWithSecret },
      },
    },
    async (request) => {
      const { overlap: overlapMs, signatureScheme, secret: given } = request.body;
      const scope = request.scope(request.query.accountId);
      const options = { ...scope, overlapMs, signatureScheme, secret: given };
      const { webhook, secret } = await webhooks.rotateSecret(request.params.id, options);
      return { ...webhook, secret };
    },
  );

  api.post(
    '/v1/webhooks/:id/deactivate',
    {
      config,
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
      config,
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

  api.post(
    '/v1/webhooks/:id/verify',
    {
      config,
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
      assertMaySet(request, request.body);
      const { method } = request.body;
      const scope = request.scope(request.query.accountId);
      return webhooks.verify(request.params.id, { ...scope, method, actor: request.actor() });
    },
  );

  api.post(
    '/v1/webhooks/:id/test',
    {
      config,
      schema: {
        operationId: 'testWebhook',
        summary: 'Send a test to a webhook now',
        params,
        querystring,
        body: optionalBody(fields({})),
        response: { 200: exchangeAnswer },
      },
    },
    (request) => tests.test(request.params.id, request.scope(request.query.accountId)),
  );
}
