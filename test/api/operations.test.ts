import { fastify } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { collectOperations } from '../../src/api/operations.js';
import { serializeWithZod } from '../../src/api/validation.js';

function openServer() {
  const server = fastify();
  onTestFinished(() => server.close());
  server.setSerializerCompiler(serializeWithZod);
  collectOperations(server);
  return server;
}

const handler = async () => ({});
const schema = { operationId: 'getSecret', summary: 'Show it', response: { 200: z.object({}) } };

test('a route under /v1 that does not describe itself is not registered', () => {
  const server = openServer();
  expect(() => server.get('/v1/secrets', handler)).toThrow(
    'the route GET /v1/secrets names no operationId and no summary and no response in its schema',
  );
  const { summary: _, ...rest } = schema;
  expect(() => server.get('/v1/secrets', { schema: rest }, handler)).toThrow(/names no summary/);
  server.get('/v1/secrets', { schema }, handler);
  server.get('/v10', handler);
});

test('a route with the operationId of another is not registered', () => {
  const server = openServer();
  server.get('/v1/secrets', { schema }, handler);
  expect(() => server.get('/v1/others', { schema }, handler)).toThrow(
    'the route GET /v1/others has the operationId getSecret of another',
  );
});
