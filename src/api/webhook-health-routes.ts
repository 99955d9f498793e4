import { z } from 'zod';
import { HOLD_STATES } from '../domain/hold.js';
import { isId } from '../domain/id.js';
import { SIGNATURE_SCHEMES } from '../domain/signing-secret.js';
import type { Posthorn } from '../posthorn.js';
import { LARGEST_PAGE } from '../store/page.js';
import { time } from './answer-fields.js';
import { accountQuery, idPath } from './request-fields.js';
import { type ApiScope, fields } from './validation.js';
import { webhookAnswer } from './webhook-schemas.js';

const params = idPath('wh_');
const config = { permission: 'webhooks:read' } as const;

const ids = z
  .string()
  .transform((text) => text.split(','))
  .refine((given) => given.length <= LARGEST_PAGE && given.every((id) => isId('wh_', id)), {
    error: `must be the ids of up to ${LARGEST_PAGE} webhooks, with commas between`,
  })
  .optional()
  .describe(`Up to ${LARGEST_PAGE} ids with commas between; none where left out`);

const healthAnswer = z
  .object({
    webhook: webhookAnswer,
    deactivatesAt: time.nullable(),
    attempts: z.number(),
    failures: z.number(),
    successRate: z.number().nullable(),
    hours: z
      .array(z.object({ start: time, successes: z.number(), failures: z.number() }))
      .readonly(),
  })
  .meta({ id: 'WebhookHealth' });

const trafficAnswer = z
  .object({
    webhookId: z.string(),
    at: time,
    inFlight: z.number().nullable(),
    maxInFlight: z.number(),
    hold: z
      .object({
        state: z.enum(HOLD_STATES),
        since: time,
        releaseAt: time.nullable(),
        allowance: z.number(),
      })
      .nullable(),
    held: z.enum(['inactive', 'breaker', 'rate', 'pace']).nullable(),
    waiting: z.object({
      pending: z.number(),
      queued: z.number(),
      waiting: z.number(),
      parked: z.number(),
      oldest: time.nullable(),
      nextDueAt: time.nullable(),
    }),
  })
  .meta({ id: 'WebhookTraffic' });

const secretAnswer = z
  .object({
    signatureScheme: z.enum(SIGNATURE_SCHEMES),
    publicKey: z.string().nullable(),
    createdAt: time,
    expiresAt: time.nullable(),
  })
  .meta({ id: 'LiveSecret' });

/** `/v1/webhooks/health`, `/v1/webhooks/{id}/traffic` and `/secrets`: how webhooks are now. */
export function addWebhookHealthRoutes(
  api: ApiScope,
  { health, traffic, secrets }: Pick<Posthorn, 'health' | 'traffic' | 'secrets'>,
): void {
  api.get(
    '/v1/webhooks/health',
    {
      config,
      schema: {
        operationId: 'listWebhookHealth',
        summary: 'Show how up to 100 webhooks did in the last day',
        description: 'In the order of the ids; those that there are none of are left out.',
        querystring: fields({ ids, ...accountQuery }),
        response: { 200: z.object({ data: z.array(healthAnswer).readonly() }) },
      },
    },
    async (request) => ({
      data: await health.of(request.query.ids ?? [], request.scope(request.query.accountId)),
    }),
  );

  api.get(
    '/v1/webhooks/:id/traffic',
    {
      config,
      schema: {
        operationId: 'getWebhookTraffic',
        summary: 'Show what is in flight to a webhook and what waits',
        params,
        querystring: fields(accountQuery),
        response: { 200: trafficAnswer },
      },
    },
    (request) => traffic.of(request.params.id, request.scope(request.query.accountId)),
  );

  api.get(
    '/v1/webhooks/:id/secrets',
    {
      config,
      schema: {
        operationId: 'listWebhookSecrets',
        summary: 'List the secrets that sign, without their text',
        params,
        querystring: fields(accountQuery),
        response: { 200: z.object({ data: z.array(secretAnswer).readonly() }) },
      },
    },
    async (request) => ({
      data: await secrets.of(request.params.id, request.scope(request.query.accountId)),
    }),
  );
}
