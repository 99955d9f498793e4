import { z } from 'zod';
import { TIERS } from '../domain/tier.js';
import type { Posthorn } from '../posthorn.js';
import { BREAKERS } from '../store/webhooks.js';
import { count, time } from './answer-fields.js';
import { accountQuery } from './request-fields.js';
import { type ApiScope, fields } from './validation.js';

const quantiles = z.object({
  p50: z.number().nullable(),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
});

const overviewAnswer = z
  .object({
    at: time,
    from: time,
    attempts: z.number(),
    successes: z.number(),
    failures: z.number(),
    failuresByClass: z.record(z.string(), z.number()),
    successRate: z.number().nullable(),
    latencyMs: quantiles,
    deliveryMs: quantiles,
    series: z
      .array(
        z.object({
          start: time,
          successes: z.number(),
          failures: z.number(),
          failuresByClass: z.record(z.string(), z.number()),
          latencyMs: quantiles,
        }),
      )
      .readonly(),
    backlog: z.object({ due: z.number(), oldestDueSeconds: z.number().nullable() }),
    queue: z.object({ waiting: z.number(), active: z.number(), delayed: z.number() }).nullable(),
    webhooks: z.object({
      active: z.number(),
      failing: z.number(),
      inactive: z.number(),
      breakersOpen: z.number(),
    }),
    openIncidents: z.number(),
    worst: z
      .array(
        z.object({
          webhookId: z.string(),
          accountId: z.string(),
          url: z.string(),
          tier: z.enum(TIERS),
          active: z.boolean(),
          breaker: z.enum(BREAKERS),
          attempts: z.number(),
          failures: z.number(),
          consecutiveFailures: z.number(),
          failingSince: time.nullable(),
          lastSuccess: time.nullable(),
          lastError: z.string().nullable(),
          deactivatesAt: time.nullable().describe('If it does not succeed before'),
          owed: count.describe('Its pending deliveries, up to 1,000'),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'Overview' });

/** `/v1/overview`: how all webhooks are, of an account or of every one. */
export function addOverviewRoutes(api: ApiScope, { overview }: Pick<Posthorn, 'overview'>): void {
  api.get(
    '/v1/overview',
    {
      config: { permission: 'webhooks:read' },
      schema: {
        operationId: 'getOverview',
        summary: 'Show how all webhooks are',
        querystring: fields(accountQuery),
        response: { 200: overviewAnswer },
      },
    },
    (request) => overview.read(request.scope(request.query.accountId)),
  );
}
