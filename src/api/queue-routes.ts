import { z } from 'zod';
import type { Posthorn } from '../posthorn.js';
import { time } from './answer-fields.js';
import { type ApiScope, fields } from './validation.js';

const queuesAnswer = z
  .object({
    kind: z.enum(['redis', 'postgres']),
    queues: z
      .array(
        z.object({
          name: z.string(),
          paused: z.boolean(),
          waiting: z.number(),
          active: z.number(),
          delayed: z.number(),
          failed: z.number(),
        }),
      )
      .readonly(),
    repeatableJobs: z
      .array(z.object({ name: z.string(), schedule: z.string(), nextAt: time.nullable() }))
      .readonly(),
  })
  .meta({ id: 'Queues' });

/** `/v1/queues`: what BullMQ holds now. */
export function addQueueRoutes(api: ApiScope, { queueBoard }: Pick<Posthorn, 'queueBoard'>): void {
  api.get(
    '/v1/queues',
    {
      config: { permission: 'queues:read' },
      schema: {
        operationId: 'readQueues',
        summary: 'Read what the queues hold',
        querystring: fields({}),
        response: { 200: queuesAnswer },
      },
    },
    async () => (await queueBoard.open()).overview(),
  );
}
