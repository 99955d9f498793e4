import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifySchemaCompiler,
  FastifySerializerCompiler,
  FastifyTypeProvider,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import { z } from 'zod';
import { NotFoundError } from '../domain/errors.js';
import { type FieldFault, RequestError } from './problems.js';

/** Gives routes the types of their zod schemas: what is read, and what is answered. */
export interface ZodTypeProvider extends FastifyTypeProvider {
  readonly validator: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown;
  readonly serializer: this['schema'] extends z.ZodType ? z.input<this['schema']> : unknown;
}

/** Where routes are added: a Fastify instance whose schemas are zod's. */
export type ApiScope = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** Most faults that one answer lists. */
const MAX_FAULTS = 20;

/**
 * Checks a part of the request. What does not fit is `validation_failed`; a path whose id has not the form
 * of one is `not_found`, as any other id that names nothing.
 */
export const validateWithZod: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  return (data) => {
    const result = schema.safeParse(data, { error: explain });
    if (result.success) return { value: result.data };
    const faults = result.error.issues.flatMap((issue) => toFaults(issue, httpPart ?? 'request'));
    const [first] = faults;
    if (httpPart === 'params' && first) return { error: new NotFoundError(first.detail) };
    const shown = faults.slice(0, MAX_FAULTS);
    const message = shown.map(({ field, detail }) => `${field} ${detail}`).join('; ');
    return { error: new RequestError('validation_failed', message, { errors: shown }) };
  };
};

/** Writes an answer: the fields that its schema names and no others. */
export const serializeWithZod: FastifySerializerCompiler<z.ZodType> = ({ schema }) => {
  return (data) => JSON.stringify(schema.parse(data));
};

/** An object of these fields. Any other is refused with the names of those that fit. */
export function fields<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const names = Object.keys(shape).join(', ') || 'no fields';
  return z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? `is not known here, only ${names}` : undefined,
  });
}

/** A body that may be left out where all its fields may. */
export function optionalBody<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((body) => body ?? {}, schema);
}

function explain(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      // Fastify hands in null for a body that is missing.
      return issue.input === undefined || issue.input === null
        ? `is needed: ${article(issue.expected)}`
        : `must be ${article(issue.expected)}`;
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`;
    default:
      return undefined;
  }
}

function article(type: string): string {
  const name = type === 'record' ? 'object' : type;
  return /^[aeiou]/.test(name) ? `an ${name}` : `a ${name}`;
}

function toFaults(issue: z.core.$ZodIssue, part: string): FieldFault[] {
  const names =
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => [...issue.path, key])
      : [issue.path];
  return names.map((path) => {
    return { field: path.join('.') || part, detail: issue.message };
  });
}
