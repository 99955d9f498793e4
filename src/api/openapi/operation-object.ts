import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { takesIdempotencyKey } from '../idempotency.js';
import type { Operation } from '../operations.js';
import type { JsonSchema, SchemaWriter } from './json-schema.js';
import { problemsOf } from './problem-answers.js';
import { tagOf } from './tags.js';

/** The name of the security scheme: an API key. */
export const KEY_SCHEME = 'key';

const IDEMPOTENCY_PARAMETER = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'A new one for each request, like a UUID: the same request, sent again with the same key, is answered as the first was, and not carried out again.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

/** Describes one operation (OpenAPI 3.1.1, section 4.8.10). */
export function operationObject(operation: Operation, schemas: SchemaWriter): JsonSchema {
  const { url, schema, config } = operation;
  const { operationId, summary, description, params, querystring, body, response } = schema;
  const parameters = [
    ...parametersOf('path', params, schemas),
    ...parametersOf('query', querystring, schemas),
    ...(takesIdempotencyKey(config) ? [IDEMPOTENCY_PARAMETER] : []),
  ];
  const requestBody = bodyOf(body, schemas);
  return {
    operationId,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [tagOf(url)],
    security: config.permission === undefined ? [] : [{ [KEY_SCHEME]: [config.permission] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: { ...answersOf(response, schemas), ...problemsOf(operation) },
  };
}

function parametersOf(place: string, schema: unknown, schemas: SchemaWriter): JsonSchema[] {
  if (!(schema instanceof z.ZodType)) return [];
  const { properties = {}, required = [] } = schemas.write(schema, 'input') as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
}

function bodyOf(schema: unknown, schemas: SchemaWriter): JsonSchema | undefined {
  if (!(schema instanceof z.ZodType)) return undefined;
  const written = schemas.write(schema, 'input');
  // A body that may only be empty need not be told of.
  if (Object.keys(written.properties ?? { any: true }).length === 0) return undefined;
  return {
    required: !schema.safeParse(undefined).success,
    content: { 'application/json': { schema: written } },
  };
}

function answersOf(response: unknown, schemas: SchemaWriter): Record<string, JsonSchema> {
  const answers = Object.entries(response as Readonly<Record<string, z.ZodType>>);
  return Object.fromEntries(
    answers.map(([status, schema]) => {
      const description = STATUS_CODES[Number(status)] ?? status;
      if (schema instanceof z.ZodUndefined) return [status, { description }];
      const type = schema instanceof z.ZodString ? 'text/plain' : 'application/json';
      const content = { [type]: { schema: schemas.write(schema, 'output') } };
      return [status, { description, content }];
    }),
  );
}
