import { z } from 'zod';
import { parseDuration } from '../domain/duration.js';
import type { Posthorn } from '../posthorn.js';
import { count, time } from './answer-fields.js';
import { accountQuery, idPath, timeQuery } from './request-fields.js';
import { type ApiScope, fields } from './validation.js';

const quality = {
  attempts: count,
  successes: count,
  failures: count,
  failuresByClass: z.record(z.string(), count),
  successRate: z.number().nullable().describe('0 to 1; null without attempts'),
  latencyMs: z.object({
    p50: z.number().nullable(),
    p95: z.number().nullable(),
    p99: z.number().nullable(),
    mean: z.number().nullable(),
  }),
};

const statsAnswer = z
  .object({
    webhookId: z.string(),
    from: time,
    to: time,
    ...quality,
    series: z
      .array(z.object({ start: time, ...quality }))
      .readonly()
      .describe('Empty without `step`'),
  })
  .meta({ id: 'WebhookStats' });

const query = fields({
  ...accountQuery,
  window: z
    .string()
    .transform((text, context) => {
      const durationMs = parseDuration(text);
      if (durationMs !== undefined) return durationMs;
      context.addIssue('must be a duration like 24h or 30d');
      return z.NEVER;
    })
    .optional()
    .describe('How long until now: `24h` where left out, at most `400d`'),
  from: timeQuery,
  to: timeQuery,
  step: z.enum(['hour', 'day']).optional(),
});

/** `/v1/webhooks/{id}/stats`: success rates and response times. */
export function addStatsRoutes(api: ApiScope, { stats }: Pick<Posthorn, 'stats'>): void {
  api.get(
    '/v1/webhooks/:id/stats',
    {
      config: { permission: 'webhooks:read' },
      schema: {
        operationId: 'getWebhookStats',
        summary: 'Show success rates and response times of a webhook',
        params: idPath('wh_'),
        querystring: query,
        response: { 200: statsAnswer },
      },
    },
    (request) => {
      const { accountId, window: windowMs, ...rest } = request.query;
      return stats.of(request.params.id, { ...request.scope(accountId), windowMs, ...rest });
    },
  );
}
