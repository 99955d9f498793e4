import { z } from 'zod';
import { time } from './answer-fields.js';

export const TASK_KINDS = ['archive', 'verify', 'restore', 'erasure'] as const;

const facts = z.record(z.string(), z.unknown());

/** Long work as it is answered. */
export const taskAnswer = z
  .object({
    id: z.string(),
    kind: z.enum(TASK_KINDS),
    input: facts.describe('What was asked for'),
    status: z.enum(['waiting', 'running', 'done', 'failed']),
    requestedBy: z.string().describe('`owner`, `setting` or the id of an API key'),
    progress: z
      .object({
        done: z.number().describe('Partitions, files or rows'),
        total: z.number(),
        at: z.string().describe('What was worked on last'),
      })
      .nullable()
      .describe('Null before it began'),
    result: facts.nullable().describe('What it came to; null until it is done'),
    error: z.string().nullable().describe('Why it failed'),
    createdAt: time,
    startedAt: time.nullable(),
    endedAt: time.nullable(),
  })
  .meta({ id: 'Task' });
