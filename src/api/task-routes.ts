import { z } from 'zod';
import type { Posthorn } from '../posthorn.js';
import { page } from './answer-fields.js';
import { idPath, pageQuery } from './request-fields.js';
import { TASK_KINDS, taskAnswer } from './task-schemas.js';
import { type ApiScope, fields } from './validation.js';

const config = { permission: 'archive:read' } as const;

/** `/v1/tasks`: long work that somebody asked for, and how far it has come. */
export function addTaskRoutes(api: ApiScope, { tasks }: Pick<Posthorn, 'tasks'>): void {
  api.get(
    '/v1/tasks',
    {
      config,
      schema: {
        operationId: 'listTasks',
        summary: 'List long work',
        querystring: fields({ ...pageQuery('tsk_'), kind: z.enum(TASK_KINDS).optional() }),
        response: { 200: page(taskAnswer) },
      },
    },
    (request) => tasks.list(request.query),
  );

  api.get(
    '/v1/tasks/:id',
    {
      config,
      schema: {
        operationId: 'readTask',
        summary: 'Read how far long work has come',
        params: idPath('tsk_'),
        querystring: fields({}),
        response: { 200: taskAnswer },
      },
    },
    (request) => tasks.get(request.params.id),
  );
}
