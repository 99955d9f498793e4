import { z } from 'zod';
import type { Posthorn } from '../posthorn.js';
import { count } from './answer-fields.js';
import { accountQuery } from './request-fields.js';
import { type ApiScope, fields } from './validation.js';

const tierPolicy = z
  .object({
    zombieAfter: z.string(),
    warnAt: z.string(),
    retryBase: z.string(),
    retryFactor: z.number(),
    retryCap: z.string(),
    retryAttempts: z.number(),
    breakerFailures: z.number(),
    breakerShare: z.string(),
    retention: z.string(),
    reactivate: z.boolean(),
    text: z.array(z.string()).readonly().describe('The same in sentences'),
  })
  .meta({ id: 'TierPolicy' });

const policyAnswer = z
  .object({
    accountId: z.string(),
    tiers: z.object({ critical: tierPolicy, standard: tierPolicy, low: tierPolicy }),
    told: z.object({
      email: z.number(),
      slack: z.number(),
      operational: z.number(),
      text: z.string(),
    }),
    webhooksWithOverrides: count,
  })
  .meta({ id: 'Policy' });

/** `/v1/policy`: says when an account is warned, when deactivated, and how to return. */
export function addPolicyRoutes(api: ApiScope, { policy }: Pick<Posthorn, 'policy'>): void {
  api.get(
    '/v1/policy',
    {
      config: { permission: 'webhooks:read' },
      schema: {
        operationId: 'getPolicy',
        summary: "Show how an account's webhooks are treated",
        querystring: fields(accountQuery),
        response: { 200: policyAnswer },
      },
    },
    (request) => policy.of(request.scope(request.query.accountId)),
  );
}
