import { z } from 'zod';
import type { TaskInput } from '../archive/tasks.js';
import type { Posthorn } from '../posthorn.js';
import { page, time } from './answer-fields.js';
import { RequestError } from './problems.js';
import { pageQuery } from './request-fields.js';
import { taskAnswer } from './task-schemas.js';
import { type ApiScope, fields, optionalBody } from './validation.js';

const archiveAnswer = z
  .object({
    configured: z.boolean(),
    location: z.string().nullable(),
    tables: z.object({
      days: z.number(),
      oldestDay: z.string().nullable(),
      newestDay: z.string().nullable(),
      bytes: z.number(),
    }),
  })
  .meta({ id: 'Archive' });

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, { error: 'must be a day like 2026-03-01' });

const dayAnswer = z
  .object({
    day: z.string(),
    files: z
      .array(
        z.object({
          table: z.enum(['attempts', 'deliveries', 'events']),
          file: z.string(),
          rows: z.number(),
          bytes: z.number(),
          compressedBytes: z.number(),
          sha256: z.string(),
          writtenAt: z.string(),
        }),
      )
      .readonly(),
    restoredUntil: time.nullable(),
  })
  .meta({ id: 'ArchivedDay' });

const { limit } = pageQuery('evt_');
const read = { permission: 'archive:read' } as const;
const write = { permission: 'archive:write' } as const;
const erase = { permission: 'accounts:erase' } as const;

/** `/v1/archive` and `/v1/erasures`: days that left the tables. Whatever takes long is a task. */
export function addArchiveRoutes(
  api: ApiScope,
  { archive, tasks }: Pick<Posthorn, 'archive' | 'tasks'>,
): void {
  api.get(
    '/v1/archive',
    {
      config: read,
      schema: {
        operationId: 'readArchive',
        summary: 'Read where the archive is, and what the tables hold',
        querystring: fields({}),
        response: { 200: archiveAnswer },
      },
    },
    async () => {
      const { configured, location } = archive;
      return { configured, location, tables: await archive.tables() };
    },
  );

  api.get(
    '/v1/archive/days',
    {
      config: read,
      schema: {
        operationId: 'listArchivedDays',
        summary: 'List archived days',
        querystring: fields({ limit, cursor: day.optional() }),
        response: { 200: page(dayAnswer) },
      },
    },
    (request) => archive.days(request.query),
  );

  addTaskStart('/v1/archive/run', {
    config: write,
    operationId: 'runArchive',
    summary: 'Archive what is past its retention now',
    body: optionalBody(
      fields({ dryRun: z.boolean().optional().describe('Only say what it would be') }).meta({
        examples: [{ dryRun: true }],
      }),
    ),
    toInput: (body) => ({ kind: 'archive', ...body }),
  });

  addTaskStart('/v1/archive/verify', {
    config: write,
    operationId: 'verifyArchive',
    summary: 'Read archived files back and compare them',
    body: optionalBody(
      fields({ day: day.optional().describe('Every day where left out') }).meta({
        examples: [{ day: '2026-03-01' }],
      }),
    ),
    toInput: (body) => ({ kind: 'verify', ...body }),
  });

  addTaskStart('/v1/archive/restore', {
    config: write,
    operationId: 'restoreDay',
    summary: 'Bring an archived day back into the tables',
    body: fields({
      day,
      for: z.string().optional().describe('A duration, 7d where left out'),
    }).meta({ examples: [{ day: '2026-03-01', for: '2d' }] }),
    toInput: (body) => ({ kind: 'restore', ...body }),
  });

  addTaskStart('/v1/erasures', {
    config: erase,
    operationId: 'eraseAccount',
    summary: 'Remove an account’s payloads from tables and archive',
    body: fields({
      accountId: z.string(),
      dryRun: z.boolean().optional(),
      confirm: z.string().optional().describe('The accountId once more, but for a dry run'),
    }).meta({ examples: [{ accountId: 'acme', dryRun: true }] }),
    toInput({ accountId, dryRun = false, confirm }) {
      if (!dryRun && confirm !== accountId) {
        const detail = 'must be the accountId once more, because it can not be undone';
        throw new RequestError('validation_failed', `confirm ${detail}`, {
          errors: [{ field: 'confirm', detail }],
        });
      }
      return { kind: 'erasure', accountId, dryRun };
    },
  });

  /** A route that notes what is to be done, and answers with the task. */
  function addTaskStart<Body extends z.ZodType>(
    url: string,
    route: {
      readonly config: typeof write | typeof erase;
      readonly operationId: string;
      readonly summary: string;
      readonly body: Body;
      readonly toInput: (body: z.output<Body>) => TaskInput;
    },
  ): void {
    const { config, operationId, summary, body, toInput } = route;
    api.post(
      url,
      {
        config: { ...config, idempotency: 'repeatable' },
        schema: {
          operationId,
          summary,
          problems: ['conflict'],
          body: body as z.ZodType<z.output<Body>>,
          querystring: fields({}),
          response: { 202: taskAnswer },
        },
      },
      async (request, reply) => {
        const input = toInput(request.body as z.output<Body>);
        const task = await tasks.start(input, { actor: request.actor() });
        return reply.code(202).send(task);
      },
    );
  }
}
