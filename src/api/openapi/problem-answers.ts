import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { takesIdempotencyKey } from '../idempotency.js';
import type { Operation } from '../operations.js';
import { PROBLEMS, type Problem, type ProblemCode } from '../problems.js';
import type { JsonSchema } from './json-schema.js';

const codes = Object.keys(PROBLEMS) as ProblemCode[];

/** A problem document as it is answered. */
export const problemAnswer: z.ZodType<Problem> = z
  .object({
    type: z.string().describe('`urn:posthorn:problem:` and the code'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What was wrong this time, and what fits'),
    code: z.enum(codes).describe('What clients decide by: it stays the same over versions'),
    instance: z
      .string()
      .exactOptional()
      .describe('`urn:uuid:` and the id of the request, under which the log has it'),
    hint: z.string().exactOptional().describe('What to do about it'),
    errors: z
      .array(z.object({ field: z.string(), detail: z.string() }))
      .readonly()
      .exactOptional()
      .describe('The fields at fault, where the status is 400 or 413 and they are known'),
    details: z
      .record(z.string(), z.string())
      .exactOptional()
      .describe('The ids that the problem is about, by name, for every other status'),
  })
  .meta({
    id: 'Problem',
    description: 'What went wrong (RFC 9457)',
    examples: [
      {
        type: 'urn:posthorn:problem:validation_failed',
        title: PROBLEMS.validation_failed.title,
        status: 400,
        detail: 'tier must be one of critical, standard, low',
        code: 'validation_failed',
        instance: 'urn:uuid:2d0c3c86-5a4f-4a39-b8e5-0a3f0a1f1f6e',
        errors: [{ field: 'tier', detail: 'must be one of critical, standard, low' }],
      },
    ],
  });

/** What is answered before the route is known: its method and path could not be read. */
const UNREAD: readonly ProblemCode[] = ['bad_request', 'request_timeout', 'headers_too_large'];

/** The problems of all operations by status, and one for a request that can't be read. */
export function problemComponents(problem: JsonSchema): Record<string, JsonSchema> {
  const answer = (among: readonly ProblemCode[]) => ({
    description: among.map((code) => `- \`${code}\`: ${PROBLEMS[code].title}`).join('\n'),
    content: { 'application/problem+json': { schema: problem } },
  });
  const statuses = [...new Set(codes.map((code) => PROBLEMS[code].status))].toSorted();
  return {
    ...Object.fromEntries(
      statuses.map((status) => [
        nameOf(status),
        answer(codes.filter((code) => PROBLEMS[code].status === status)),
      ]),
    ),
    Unread: answer(UNREAD),
  };
}

/** The problems that an operation has, as references to the components. */
export function problemsOf({ url, schema, config }: Operation): Record<string, JsonSchema> {
  const statuses = new Set([
    400,
    ...(config.permission === undefined ? [] : [401, 403, 429, 500, 503]),
    ...(url.includes(':') ? [404] : []),
    ...(schema.body === undefined ? [] : [413, 415]),
    ...(takesIdempotencyKey(config) ? [409, 422] : []),
    ...(schema.problems ?? []).map((code) => PROBLEMS[code].status),
  ]);
  return {
    ...Object.fromEntries(
      [...statuses].map((status) => [status, { $ref: `#/components/responses/${nameOf(status)}` }]),
    ),
    default: { $ref: '#/components/responses/Unread' },
  };
}

function nameOf(status: number): string {
  return (STATUS_CODES[status] ?? String(status)).replaceAll(/[^A-Za-z]/g, '');
}
