import { z } from 'zod';
import type { Posthorn } from '../posthorn.js';
import type { ApiScope } from './validation.js';

/** `/metrics`: what this process tells Prometheus, in its text format. It is about every account. */
export function addMetricsRoutes(api: ApiScope, { metrics }: Pick<Posthorn, 'metrics'>): void {
  api.get(
    '/metrics',
    {
      config: { permission: 'metrics:read' },
      schema: {
        operationId: 'getMetrics',
        summary: 'Tell Prometheus how this process does',
        response: { 200: z.string() },
      },
    },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()),
  );
}
