import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createApiServer } from '../../src/api/server.js';
import { createLogger } from '../../src/log.js';
import { openTestPosthorn } from '../support/posthorn.js';
import { API_KEY, caller, openTestApi } from './setup.js';

const INSTANCE = /^urn:uuid:[0-9a-f-]{36}$/;

describe('a request that can not be read', () => {
  test('has a problem for a body that is not JSON in UTF-8', async () => {
    const { call, ledger } = await openTestApi();
    for (const raw of [
      '{"url": ',
      'url=x',
      "{'url': 1}",
      new Uint8Array([0x22, 0xff, 0xfe, 0x22]),
    ]) {
      const { status, body } = await call('POST', '/v1/webhooks', { raw });
      expect([raw, status, body.code]).toEqual([raw, 400, 'malformed_json']);
      expect(body.detail).toMatch(/^the body can't be read as JSON: /);
    }
    expect(await ledger.webhook.count()).toBe(0);
  });

  test('has a problem for a body that is missing', async () => {
    const { call } = await openTestApi();
    for (const headers of [{}, { 'content-type': 'application/json' }] as Record<
      string,
      string
    >[]) {
      const { status, body } = await call('POST', '/v1/webhooks', { headers });
      expect([status, body.code]).toEqual([400, 'validation_failed']);
      expect(body.errors).toEqual([{ field: 'body', detail: 'is needed: an object' }]);
    }
  });

  test('has a problem for another content type', async () => {
    const { call } = await openTestApi();
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'nonsense']) {
      const { status, body } = await call('POST', '/v1/webhooks', {
        raw: '{"url":"https://hooks.example.com/"}',
        headers: { 'content-type': type },
      });
      expect([type, status, body.code]).toEqual([type, 415, 'unsupported_media_type']);
    }
  });

  test('may name the charset', async () => {
    const { call } = await openTestApi();
    const { status } = await call('POST', '/v1/webhooks', {
      raw: '{"url":"https://hooks.example.com/"}',
      headers: { 'content-type': 'application/json; charset=utf-8' },
    });
    expect(status).toBe(201);
  });

  test('has a problem for a body over the limit', async () => {
    const { call, ledger } = await openTestApi();
    const json = { url: 'https://hooks.example.com/', description: 'x'.repeat(256 * 1024) };
    const { status, body } = await call('POST', '/v1/webhooks', { json });
    expect([status, body.code]).toEqual([413, 'body_too_large']);
    expect(await ledger.webhook.count()).toBe(0);
  });

  test('has a problem for a path that can not be decoded', async () => {
    const { call } = await openTestApi();
    const { status, headers, body } = await call('GET', '/v1/webhooks/%zz');
    expect([status, body.code]).toEqual([400, 'bad_request']);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  test('has a problem for what is no HTTP, and for headers that are too large', async () => {
    const { address } = await openTestApi();
    const junk = await exchange(address, 'NONSENSE\r\n\r\n');
    expect(junk).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(problemIn(junk)).toMatchObject({ status: 400, code: 'bad_request' });
    const long = `GET /healthz HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`;
    const large = await exchange(address, long);
    expect(problemIn(large)).toMatchObject({ status: 431, code: 'headers_too_large' });
  });
});

describe('a problem', () => {
  test('has a type, a title, a status, a detail, a code and an instance', async () => {
    const { call } = await openTestApi();
    const { status, headers, body } = await call('GET', '/v1/nothing?key=secret');
    expect(status).toBe(404);
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(body).toEqual({
      type: 'urn:posthorn:problem:route_not_found',
      title: 'There is no such route',
      status: 404,
      detail: 'there is no GET /v1/nothing',
      code: 'route_not_found',
      instance: expect.stringMatching(INSTANCE),
    });
  });

  test('of ours is logged under its instance, and tells nothing', async () => {
    const { posthorn } = await openTestPosthorn();
    const lines: Record<string, unknown>[] = [];
    const log = createLogger('debug', { write: (line) => lines.push(JSON.parse(line)) });
    const server = createApiServer({ posthorn, log, routes: 'all', apiKey: API_KEY });
    onTestFinished(() => server.close());
    server.get('/fault', async () => {
      throw new Error('the password is hunter2');
    });
    const call = caller(await server.listen({ host: '127.0.0.1', port: 0 }));
    const { status, body } = await call('GET', '/fault');
    expect([status, body.code]).toEqual([500, 'internal_error']);
    expect(JSON.stringify(body)).not.toContain('hunter2');
    const line = lines.find(({ level }) => level === 'error');
    expect(line).toMatchObject({ requestId: String(body.instance).slice('urn:uuid:'.length) });
    expect(JSON.stringify(line)).toContain('hunter2');
  });
});

test('every answer forbids to guess its type, to store it and to show it in a page', async () => {
  const { call, address } = await openTestApi();
  const expected = {
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
  };
  for (const path of ['/healthz', '/v1/webhooks', '/v1/nothing', '/v1/webhooks/%zz']) {
    const { headers } = await call('GET', path);
    expect({ path, ...Object.fromEntries(headers) }).toMatchObject({ path, ...expected });
    expect(headers.has('strict-transport-security')).toBe(false);
  }
  const unread = await exchange(address, 'NONSENSE\r\n\r\n');
  for (const [name, value] of Object.entries(expected)) {
    expect(unread).toContain(`\r\n${name}: ${value}\r\n`);
  }
});

test('browsers are told to come by https where a trusted proxy says that they did', async () => {
  const { call: trusting } = await openTestApi({ trustProxy: '127.0.0.0/8' });
  const { call: trustingNobody } = await openTestApi();
  for (const path of ['/healthz', '/v1/webhooks', '/v1/nothing']) {
    const promise = async (call: typeof trusting, proto: string) => {
      const { headers } = await call('GET', path, { headers: { 'x-forwarded-proto': proto } });
      return headers.get('strict-transport-security');
    };
    expect(await promise(trusting, 'https')).toBe('max-age=31536000');
    expect(await promise(trusting, 'http')).toBeNull();
    expect(await promise(trustingNobody, 'https')).toBeNull();
  }
});

test('requests are logged at debug, without key and query', async () => {
  const lines: string[] = [];
  const log = createLogger('debug', { write: (line) => lines.push(line) });
  const { call } = await openTestApi({}, { log });
  await call('GET', '/v1/webhooks?accountId=whose');
  const requests = lines.filter((line) => line.includes('"request"'));
  expect(requests.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'debug', method: 'GET', path: '/v1/webhooks', statusCode: 200, keyId: 'setting' },
  ]);
  expect(lines.join()).not.toMatch(new RegExp(`${API_KEY}|whose|authorization`, 'i'));
});

/** Sends bytes and reads what comes back until the server hangs up. */
async function exchange(address: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(address);
  const socket = net.connect(Number(port), hostname);
  let received = '';
  socket.setEncoding('utf8').on('data', (text) => {
    received += text;
  });
  socket.write(bytes);
  await once(socket, 'close');
  return received;
}

function problemIn(answer: string): unknown {
  return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')));
}
