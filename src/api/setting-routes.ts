import { z } from 'zod';
import type { Posthorn } from '../posthorn.js';
import { time } from './answer-fields.js';
import { type ApiScope, fields } from './validation.js';

const setting = z.object({
  name: z.string(),
  option: z.string(),
  value: z.string().nullable(),
  default: z.string().nullable(),
  given: z.boolean(),
  secret: z.boolean(),
  unit: z.string().nullable(),
  meaning: z.string(),
});

const node = z.union([
  z.object({
    node: z.string(),
    version: z.string(),
    evictionPolicy: z.string(),
    appendOnly: z.boolean(),
    cluster: z.boolean(),
    fault: z.null(),
  }),
  z.object({ node: z.string(), fault: z.string() }),
]);

const surroundingsAnswer = z
  .object({
    version: z.string(),
    process: z.object({
      pid: z.number(),
      roles: z.array(z.enum(['worker', 'scheduler'])).readonly(),
      startedAt: time,
      node: z.string(),
      platform: z.string(),
    }),
    postgres: z.object({ version: z.string(), embedded: z.boolean(), place: z.string() }),
    queue: z.object({
      kind: z.enum(['redis', 'postgres']),
      shards: z.number(),
      nodes: z.array(node).readonly(),
    }),
    migrations: z.array(z.object({ name: z.string(), appliedAt: time })).readonly(),
    settings: z.array(setting).readonly(),
  })
  .meta({ id: 'Surroundings' });

/** `/v1/settings`: what is in force in the process that answers, and what the installation is made of. */
export function addSettingRoutes(
  api: ApiScope,
  { surroundings }: Pick<Posthorn, 'surroundings'>,
): void {
  api.get(
    '/v1/settings',
    {
      config: { permission: 'settings:read' },
      schema: {
        operationId: 'readSettings',
        summary: 'Read the settings in force, and what the installation is made of',
        querystring: fields({}),
        response: { 200: surroundingsAnswer },
      },
    },
    () => surroundings.read(),
  );
}
