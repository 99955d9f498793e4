import { describe, expect, test } from 'vitest';
import { drip } from '../support/tcp-server.js';
import {
  CHUNKED_HEAD,
  chunk,
  forever,
  requestTo,
  sendToFail,
  sendToSucceed,
  setupReceiver,
  setupSender,
  setupTcpServer,
} from './setup.js';

/** Short enough to wait for, long enough to read what an idle machine sends at once. */
const SHORT_MS = 300;

describe('the answer’s body', () => {
  test('is kept to its end where it fits the cap exactly, and the connection with it', async () => {
    const receiver = await setupReceiver({ respond: () => ({ body: 'x'.repeat(1_000) }) });
    const sender = setupSender({ maxResponseBytes: 1_000 });
    for (let n = 0; n < 2; n += 1) {
      const { responseExcerpt } = await sendToSucceed(sender, requestTo(receiver.url));
      expect(responseExcerpt).toBe('x'.repeat(1_000));
    }
    expect(receiver.requests.map(({ connection }) => connection)).toEqual([1, 1]);
  });

  test('is cut at the cap, and its connection closed', async () => {
    const receiver = await setupReceiver({ respond: () => ({ body: 'x'.repeat(100_000) }) });
    const sender = setupSender();
    for (let n = 0; n < 2; n += 1) {
      const { responseExcerpt } = await sendToSucceed(sender, requestTo(receiver.url));
      expect(responseExcerpt).toBe('x'.repeat(16_384));
    }
    expect(receiver.requests.map(({ connection }) => connection)).toEqual([1, 2]);
  });

  test('may have no end: the status decides, and the connection is closed', async () => {
    const server = await setupTcpServer((socket) => {
      socket.write(CHUNKED_HEAD);
      drip(socket, forever(chunk('y'.repeat(10_000))), 1);
    });
    const { responseExcerpt } = await sendToSucceed(setupSender(), requestTo(server.url));
    expect(responseExcerpt).toBe('y'.repeat(16_384));
    const [socket] = await server.waitForConnections(1);
    await expect.poll(() => socket?.destroyed, { timeout: 5_000 }).toBe(true);
  });

  test('is cut also where the endpoint failed', async () => {
    const receiver = await setupReceiver({
      respond: () => ({ status: 502, body: 'z'.repeat(50_000) }),
    });
    const failure = await sendToFail(setupSender(), requestTo(receiver.url));
    expect(failure).toMatchObject({ errorClass: 'http_status', statusCode: 502 });
    expect(failure.responseExcerpt).toHaveLength(16_384);
  });

  test.each([
    ['a character that the cap cuts', Buffer.from('aaaé'), 4, 'aaa'],
    ['a character that the endpoint left open', Buffer.from([0x61, 0xc3]), 16, 'a\uFFFD'],
    ['bytes that are no UTF-8', Buffer.from([0x61, 0xff, 0x62]), 16, 'a\uFFFDb'],
    ['NUL, which PostgreSQL refuses', Buffer.from('a\0b\0'), 16, 'a\uFFFDb\uFFFD'],
    ['text of several bytes a character', Buffer.from('日本✓'), 16, '日本✓'],
    ['nothing', Buffer.alloc(0), 16, ''],
  ])('is read as text: %s', async (_case, body, maxResponseBytes, expected) => {
    const receiver = await setupReceiver({ respond: () => ({ body }) });
    const sender = setupSender({ maxResponseBytes });
    const { responseExcerpt } = await sendToSucceed(sender, requestTo(receiver.url));
    expect(responseExcerpt).toBe(expected);
  });

  test('is not decompressed', async () => {
    const receiver = await setupReceiver({
      respond: () => ({ headers: { 'content-encoding': 'gzip' }, body: 'not gzip at all' }),
    });
    const { responseExcerpt } = await sendToSucceed(setupSender(), requestTo(receiver.url));
    expect(responseExcerpt).toBe('not gzip at all');
  });
});

describe('the wall-clock limit', () => {
  test('ends a wait for an answer that does not come', async () => {
    const server = await setupTcpServer(() => undefined);
    const sender = setupSender();
    const result = await sender.send(requestTo(server.url, { timeoutMs: SHORT_MS }));
    expect(result.outcome).toEqual({
      kind: 'failed',
      errorClass: 'timeout',
      statusCode: null,
      message: 'no answer came within 300ms',
      retryAfterMs: null,
      responseExcerpt: null,
    });
    expect(result.durationMs).toBeGreaterThanOrEqual(SHORT_MS - 1);
    const [socket] = await server.waitForConnections(1);
    await expect.poll(() => socket?.destroyed, { timeout: 5_000 }).toBe(true);
  });

  test('ends a body that comes a byte at a time', async () => {
    const server = await setupTcpServer((socket) => {
      socket.write(CHUNKED_HEAD);
      drip(socket, forever(chunk('d')), 5);
    });
    const failure = await sendToFail(setupSender(), requestTo(server.url, { timeoutMs: SHORT_MS }));
    expect(failure).toMatchObject({
      errorClass: 'timeout',
      statusCode: 200,
      message: 'the endpoint answered 200, but not to the end within 300ms',
      responseExcerpt: expect.stringMatching(/^d+$/),
    });
  });

  test('ends headers that come a byte at a time', async () => {
    const server = await setupTcpServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nx-drip: ');
      drip(socket, forever('d'), 5);
    });
    const failure = await sendToFail(setupSender(), requestTo(server.url, { timeoutMs: SHORT_MS }));
    expect(failure).toMatchObject({ errorClass: 'timeout', statusCode: null });
  });

  test('ends a name that is not resolved in time', async () => {
    const sender = setupSender({ lookup: () => undefined });
    const failure = await sendToFail(
      sender,
      requestTo('http://hooks.example/', { timeoutMs: SHORT_MS }),
    );
    expect(failure).toMatchObject({ errorClass: 'timeout', statusCode: null });
  });

  test('ends a TLS handshake that is not answered', async () => {
    const server = await setupTcpServer(() => undefined);
    const url = server.url.replace('http:', 'https:');
    const failure = await sendToFail(setupSender(), requestTo(url, { timeoutMs: SHORT_MS }));
    expect(failure).toMatchObject({ errorClass: 'timeout', statusCode: null });
  });

  test('ends a request whose body the endpoint does not read', async () => {
    const server = await setupTcpServer((socket) => socket.pause());
    const request = requestTo(server.url, {
      body: JSON.stringify('x'.repeat(20_000_000)),
      timeoutMs: SHORT_MS,
    });
    expect(await sendToFail(setupSender(), request)).toMatchObject({ errorClass: 'timeout' });
  });

  test('keeps the wait that an answer asked for before its body hung', async () => {
    const server = await setupTcpServer((socket) => {
      socket.write('HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 10\r\n\r\nbusy');
    });
    const failure = await sendToFail(setupSender(), requestTo(server.url, { timeoutMs: SHORT_MS }));
    expect(failure).toMatchObject({
      errorClass: 'timeout',
      statusCode: 503,
      retryAfterMs: 7_000,
      responseExcerpt: 'busy',
    });
  });
});
