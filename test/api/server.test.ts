import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type ApiRoutes, createApiServer, startApi } from '../../src/api/server.js';
import { createLogger } from '../../src/log.js';
import { openTestPosthorn } from '../support/posthorn.js';
import { API_KEY, caller, openTestApi } from './setup.js';

async function start(options: { shutdownTimeout?: string; routes?: ApiRoutes } = {}) {
  const { shutdownTimeout = '20s', routes = { routes: 'all', apiKey: API_KEY } } = options;
  const { posthorn, ledger } = await openTestPosthorn({ shutdownTimeout });
  const log = createLogger('silent');
  const api = await startApi({ ...routes, posthorn, log, host: '127.0.0.1', port: 0 });
  onTestFinished(() => api.stop());
  return { api, ledger, call: caller(api.address) };
}

/** Sends the head of a request whose body is of that length, and as much of the body. */
async function sendPart(address: string, length: number, part: string): Promise<net.Socket> {
  const { hostname, port } = new URL(address);
  const socket = net.connect(Number(port), hostname);
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  const head = [
    'POST /v1/webhooks HTTP/1.1',
    'host: posthorn',
    `authorization: Bearer ${API_KEY}`,
    'content-type: application/json',
    `content-length: ${length}`,
  ];
  socket.setEncoding('utf8').on('error', () => socket.destroy());
  socket.write(`${head.join('\r\n')}\r\n\r\n${part}`);
  return socket;
}

const BODY = JSON.stringify({ url: 'https://hooks.example.com/' });

describe('health', () => {
  test('is answered without a key', async () => {
    const { call } = await openTestApi();
    const headers = { authorization: '' };
    for (const path of ['/healthz', '/readyz']) {
      const { status, body } = await call('GET', path, { headers });
      expect([path, status, body]).toEqual([path, 200, { status: 'ok' }]);
    }
  });

  test('is all that a process without the api role answers', async () => {
    const { call } = await start({ routes: { routes: 'health' } });
    expect((await call('GET', '/healthz')).status).toBe(200);
    expect((await call('GET', '/readyz')).status).toBe(200);
    for (const path of ['/v1/webhooks', '/']) {
      const { status, body } = await call('GET', path);
      expect([path, status, body.code]).toEqual([path, 404, 'route_not_found']);
    }
  });
});

describe('stop', () => {
  test('may be called twice, and ends idle connections', async () => {
    const { api } = await start();
    const agent = new http.Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    const [response] = await once(http.get(`${api.address}/healthz`, { agent }), 'response');
    response.resume();
    await once(response, 'end');
    const started = Date.now();
    await Promise.all([api.stop(), api.stop()]);
    await api.stop();
    expect(Date.now() - started).toBeLessThan(5_000);
    await expect(fetch(`${api.address}/healthz`)).rejects.toThrow();
  });

  test('lets a request under way end, and its connection after it', async () => {
    const { api, ledger } = await start();
    const socket = await sendPart(api.address, BODY.length, BODY.slice(0, 5));
    // Once another request is answered, the server has read the head of the first.
    await fetch(`${api.address}/healthz`).then((response) => response.text());
    const stopped = api.stop();
    let received = '';
    socket.on('data', (text) => {
      received += text;
    });
    socket.write(BODY.slice(5));
    await once(socket, 'close');
    await stopped;
    expect(received).toMatch(/^HTTP\/1\.1 201 Created\r\n/);
    expect(received).toMatch(/\r\nconnection: close\r\n/i);
    expect(await ledger.webhook.count()).toBe(1);
  });

  test('cuts off what does not end within POSTHORN_SHUTDOWN_TIMEOUT', async () => {
    const { api, ledger } = await start({ shutdownTimeout: '100ms' });
    const socket = await sendPart(api.address, BODY.length, BODY.slice(0, 5));
    await fetch(`${api.address}/healthz`).then((response) => response.text());
    const closed = once(socket, 'close');
    const started = Date.now();
    await api.stop();
    await closed;
    expect(Date.now() - started).toBeLessThan(5_000);
    expect(await ledger.webhook.count()).toBe(0);
  });
});

test('a client that hangs up in the middle of a body leaves nothing behind', async () => {
  const { api, ledger, call } = await start();
  const socket = await sendPart(api.address, BODY.length, BODY.slice(0, -1));
  await call('GET', '/healthz');
  socket.destroy();
  expect((await call('GET', '/v1/webhooks')).body).toEqual({ data: [], nextCursor: null });
  expect(await ledger.webhook.count()).toBe(0);
});

test('connections, heads and requests have a time limit, and heads one of size', async () => {
  const { posthorn } = await openTestPosthorn();
  const log = createLogger('silent');
  const { server, initialConfig } = createApiServer({ posthorn, log, routes: 'health' });
  expect(server).toMatchObject({
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 72_000,
  });
  expect(initialConfig).toMatchObject({ bodyLimit: 256 * 1024 });
});

test('a path that is too long is refused, and so is an id in it', async () => {
  const { call } = await openTestApi();
  const long = await call('GET', `/v1/${'x'.repeat(17_000)}`);
  expect([long.status, long.body.code]).toEqual([431, 'headers_too_large']);
  const query = await call('GET', `/v1/webhooks?accountId=${'x'.repeat(10_000)}`);
  expect([query.status, query.body.code]).toEqual([400, 'invalid_input']);
  const id = await call('GET', `/v1/webhooks/${'x'.repeat(1_000)}`);
  expect([id.status, id.body.code]).toEqual([404, 'not_found']);
});

test('a port that is taken is an error', async () => {
  const { api } = await start();
  const { posthorn } = await openTestPosthorn();
  const { port } = new URL(api.address);
  const starting = startApi({
    posthorn,
    log: createLogger('silent'),
    routes: 'health',
    host: '127.0.0.1',
    port: Number(port),
  });
  await expect(starting).rejects.toThrow(/EADDRINUSE/);
});
