import { VERSION } from '../../version.js';
import type { Operation } from '../operations.js';
import { createSchemaWriter, type JsonSchema } from './json-schema.js';
import { KEY_SCHEME, operationObject } from './operation-object.js';
import { problemAnswer, problemComponents } from './problem-answers.js';
import { TAG_OBJECTS } from './tags.js';

const DESCRIPTION = `Outbound webhooks: register endpoints, enqueue events, and see what became of them.

Errors are problem documents (RFC 9457): decide by their \`code\`, which stays the same over versions. Lists
are paged by cursor: ask for the next page with the \`nextCursor\` of the one before, which is null on the
last. Times are ISO 8601 in UTC. A key of one account sees and writes that account alone.`;

/** Describes the API in OpenAPI 3.1, from the same schemas that check its requests and write its answers. */
export function openApiDocument(operations: readonly Operation[]): JsonSchema {
  const schemas = createSchemaWriter();
  const problem = schemas.write(problemAnswer, 'output');
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const operation of operations) {
    const path = operation.url.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] ??= {};
    paths[path][operation.method.toLowerCase()] = operationObject(operation, schemas);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Posthorn',
      version: VERSION,
      description: DESCRIPTION.replaceAll(/(?<!\n)\n(?!\n)/g, ' '),
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: TAG_OBJECTS,
    paths,
    components: {
      schemas: schemas.components,
      responses: problemComponents(problem),
      securitySchemes: {
        [KEY_SCHEME]: {
          type: 'http',
          scheme: 'bearer',
          description:
            'An API key, in the header `Authorization: Bearer KEY`. What an operation needs of it is named with it: the roles that have it are in the documentation of keys.',
        },
      },
    },
  };
}
