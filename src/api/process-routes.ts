import { z } from 'zod';
import type { Posthorn } from '../posthorn.js';
import { time } from './answer-fields.js';
import { type ApiScope, fields } from './validation.js';

const processAnswer = z
  .object({
    id: z.string(),
    roles: z.array(z.string()).readonly(),
    host: z.string(),
    pid: z.number(),
    version: z.string(),
    inFlight: z.number(),
    startedAt: time,
    seenAt: time,
    alive: z.boolean(),
  })
  .meta({ id: 'Process' });

/** `/v1/processes`: the processes at work. */
export function addProcessRoutes(api: ApiScope, { processes }: Pick<Posthorn, 'processes'>): void {
  api.get(
    '/v1/processes',
    {
      config: { permission: 'metrics:read' },
      schema: {
        operationId: 'listProcesses',
        summary: 'List the processes at work',
        description: 'Those seen within an hour, up to 200, the ones that are alive first.',
        querystring: fields({}),
        response: { 200: z.object({ data: z.array(processAnswer).readonly() }) },
      },
    },
    async () => ({ data: await processes.list() }),
  );
}
