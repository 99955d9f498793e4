import type { Posthorn } from '../posthorn.js';
import type { ApiScope } from './validation.js';

/** `/metrics`: what this process tells Prometheus, in its text format. */
export function addMetricsRoutes(api: ApiScope, { metrics }: Pick<Posthorn, 'metrics'>): void {
  api.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
}
