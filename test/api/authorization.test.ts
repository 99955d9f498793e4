import { expect, onTestFinished, test } from 'vitest';
import { createApiServer } from '../../src/api/server.js';
import { createLogger } from '../../src/log.js';
import { openTestPosthorn } from '../support/posthorn.js';
import { API_KEY } from './setup.js';

async function openServer() {
  const { posthorn } = await openTestPosthorn();
  const log = createLogger('silent');
  const server = createApiServer({ posthorn, log, routes: 'all', apiKey: API_KEY });
  onTestFinished(() => server.close());
  return server;
}

test('a route under /v1 that names no permission is not registered', async () => {
  const server = await openServer();
  const handler = async () => ({});
  expect(() => server.get('/v1/secrets', handler)).toThrow(
    'the route GET /v1/secrets names no permission in its config',
  );
  expect(() => server.get('/v1', { config: {} }, handler)).toThrow(/names no permission/);
  const schema = { operationId: 'getNewest', summary: 'Show the newest', response: {} };
  server.get('/v1/webhooks/newest', { config: { permission: 'webhooks:read' }, schema }, handler);
  server.get('/v10', handler);
  await server.ready();
});

test('a route that no key is needed for can not ask whose key it was', async () => {
  const server = await openServer();
  server.get('/open', async (request) => request.scope('one'));
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  const response = await fetch(`${address}/open`);
  expect(response.status).toBe(500);
});
