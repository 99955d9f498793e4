import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import {
  CHUNKED_HEAD,
  chunk,
  requestTo,
  sendToFail,
  sendToSucceed,
  setupReceiver,
  setupSender,
  setupTcpServer,
} from './setup.js';

/** A port on which nothing listens any more. */
async function closedPort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('an answer', () => {
  test.each([200, 201, 202, 204, 299])('with status %i is a success', async (status) => {
    const receiver = await setupReceiver({ respond: () => ({ status }) });
    const { statusCode } = await sendToSucceed(setupSender(), requestTo(receiver.url));
    expect(statusCode).toBe(status);
  });

  test.each([
    [300, 'redirect'],
    [301, 'redirect'],
    [302, 'redirect'],
    [304, 'redirect'],
    [308, 'redirect'],
    [399, 'redirect'],
    [400, 'http_status'],
    [401, 'http_status'],
    [410, 'http_status'],
    [429, 'http_status'],
    [500, 'http_status'],
    [503, 'http_status'],
    [599, 'http_status'],
    [999, 'http_status'],
  ])('with status %i fails as %s', async (status, errorClass) => {
    const receiver = await setupReceiver({
      respond: () => ({ status, headers: { location: 'http://127.0.0.1:1/' } }),
    });
    const failure = await sendToFail(setupSender(), requestTo(receiver.url));
    expect(failure).toMatchObject({ errorClass, statusCode: status, responseExcerpt: '' });
    expect(failure.message).toMatch(new RegExp(`^the endpoint answered ${status}`));
  });

  test.each([
    [429, '30', 30_000],
    [503, '30', 30_000],
    [503, 'soon', null],
    [503, 'Mon, 23 Nov 2026 12:00:10 GMT', 10_000],
    [429, '999999', 86_400_000],
    [500, '30', null],
    [410, '30', null],
    [301, '30', null],
  ])('with status %i and Retry-After: %s asks for %s ms', async (status, value, expected) => {
    const receiver = await setupReceiver({
      respond: () => ({ status, headers: { 'retry-after': value } }),
    });
    const sender = setupSender({ clock: () => new Date('2026-11-23T12:00:00Z') });
    const { retryAfterMs } = await sendToFail(sender, requestTo(receiver.url));
    expect(retryAfterMs).toBe(expected);
  });
});

describe('a connection', () => {
  test('that is refused fails as refused', async () => {
    const url = `http://127.0.0.1:${await closedPort()}/hook`;
    expect(await sendToFail(setupSender(), requestTo(url))).toMatchObject({
      errorClass: 'refused',
      statusCode: null,
      responseExcerpt: null,
      message: `no connection to ${new URL(url).host} could be made (ECONNREFUSED)`,
    });
  });

  test.each<[string, (socket: net.Socket) => unknown]>([
    ['closed before the answer', (socket) => socket.end()],
    ['reset before the answer', (socket) => socket.resetAndDestroy()],
    ['closed within the headers', (socket) => socket.end('HTTP/1.1 200 OK\r\nx-')],
  ])('that is %s fails as reset', async (_case, serve) => {
    const server = await setupTcpServer(serve);
    expect(await sendToFail(setupSender(), requestTo(server.url))).toMatchObject({
      errorClass: 'reset',
      statusCode: null,
      responseExcerpt: null,
    });
  });

  test.each<[string, (socket: net.Socket) => unknown]>([
    [
      'closed before the promised length',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'),
    ],
    ['closed before the last chunk', (socket) => socket.end(CHUNKED_HEAD + chunk('half'))],
    [
      'reset within the body',
      (socket) => socket.write(CHUNKED_HEAD + chunk('half'), () => socket.resetAndDestroy()),
    ],
  ])('that is %s fails as reset with the status', async (_case, serve) => {
    const server = await setupTcpServer(serve);
    expect(await sendToFail(setupSender(), requestTo(server.url))).toMatchObject({
      errorClass: 'reset',
      statusCode: 200,
    });
  });

  test('that is closed to end the body is a success', async () => {
    const server = await setupTcpServer((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nwhole'));
    const { responseExcerpt } = await sendToSucceed(setupSender(), requestTo(server.url));
    expect(responseExcerpt).toBe('whole');
  });
});

describe('what comes back', () => {
  test('with headers over the limit fails as too large', async () => {
    const server = await setupTcpServer((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nx-long: ${'x'.repeat(20_000)}\r\n\r\n`);
    });
    expect(await sendToFail(setupSender(), requestTo(server.url))).toMatchObject({
      errorClass: 'too_large',
      statusCode: null,
    });
  });

  test.each([
    ['is no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['is HTTP/0.9', '<html>hello</html>\r\n'],
    ['is a broken header', 'HTTP/1.1 200 OK\r\nno colon here\r\n\r\n'],
    ['is a broken length', 'HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n'],
    ['is a broken chunk', `${CHUNKED_HEAD}zz\r\n`],
    [
      'switches protocols',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nhi',
    ],
  ])('and %s fails as protocol, and the connection is closed', async (_case, bytes) => {
    const server = await setupTcpServer((socket) => socket.write(bytes));
    const failure = await sendToFail(setupSender(), requestTo(server.url));
    expect(failure).toMatchObject({ errorClass: 'protocol' });
    const [socket] = await server.waitForConnections(1);
    await expect.poll(() => socket?.destroyed, { timeout: 5_000 }).toBe(true);
  });

  test('early, before the request was read, is the answer', async () => {
    const server = await setupTcpServer((socket) => {
      socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno');
      socket.pause();
    });
    const request = requestTo(server.url, { body: JSON.stringify('x'.repeat(20_000_000)) });
    expect(await sendToFail(setupSender(), request)).toMatchObject({
      errorClass: 'http_status',
      statusCode: 413,
      responseExcerpt: 'no',
    });
    const [socket] = await server.waitForConnections(1);
    socket?.resume();
    await expect.poll(() => socket?.destroyed, { timeout: 5_000 }).toBe(true);
  });
});

describe('a request that can’t be made', () => {
  test.each([
    ['a URL that is none', 'nonsense?secret=1'],
    ['a URL of another protocol', 'ftp://127.0.0.1/?secret=1'],
    ['a host that got takes for a socket file', 'http://unix/?secret=1'],
  ])('for %s fails as protocol and shows nothing of it', async (_case, url) => {
    const failure = await sendToFail(setupSender(), requestTo(url));
    expect(failure).toMatchObject({ errorClass: 'protocol', statusCode: null });
    expect(failure.message).toMatch(/^the request failed \([A-Z_a-z ]+\)$/);
    expect(failure.message).not.toContain('secret');
  });
});
