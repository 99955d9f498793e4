import { z } from 'zod';
import type { Posthorn } from '../posthorn.js';
import { time } from './answer-fields.js';
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
      .array(z.object({ start: time, successes: z.number(), failures: z.number() }))
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
          attempts: z.number(),
          failures: z.number(),
          consecutiveFailures: z.number(),
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
