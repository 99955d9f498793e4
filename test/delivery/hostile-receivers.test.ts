import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import http2 from 'node:http2';
import net, { type AddressInfo, type Socket } from 'node:net';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createSender, type Sender } from '../../src/delivery/sender.js';
import { createAddressPolicy } from '../../src/domain/address.js';
import type { Outcome } from '../../src/domain/outcome.js';
import { MAX_RETRY_AFTER_MS } from '../../src/domain/retry-after.js';
import { ANY_URL } from '../../src/domain/url-rules.js';
import { pollUntil } from '../support/poll.js';
import { type Receiver, startReceiver } from '../support/receiver.js';
import { startTcpServer, type TcpServer } from '../support/tcp-server.js';
import { ABSURD_WAITS, HOSTILE_ANSWERS } from './hostile-answers.js';
import { requestTo, sendToFail, setupReceiver, setupSender, setupTcpServer } from './setup.js';

/** Time limits of attempts that run into theirs, and of others; what a loaded machine may take beyond it. */
const TIMEOUT_MS = 1_500;
const AMPLE_MS = 30_000;
const PATIENCE_MS = 10_000;

/** Most that an endpoint may get rid of before it is cut off: what is read, and what systems buffer. */
const MOST_PUSHED_BYTES = 8 * 2 ** 20;

const kindOf = (outcome: Outcome) => (outcome.kind === 'ok' ? 'ok' : outcome.errorClass);

describe('a hostile endpoint is an outcome, within bounds, and harms no neighbour', () => {
  let sender: Sender;
  let neighbour: Receiver;
  const servers: TcpServer[] = [];

  beforeAll(async () => {
    sender = createSender({
      urlRules: ANY_URL,
      isAllowed: createAddressPolicy({ allowCidrs: ['127.0.0.0/8'] }),
      clock: () => new Date(),
      userAgent: 'Posthorn/0.0.0-test',
    });
    // A connection each, so that none is met just when the receiver closes it.
    neighbour = await startReceiver({ respond: () => ({ headers: { connection: 'close' } }) });
  });

  afterAll(async () => {
    sender.stop();
    // Once the sender has stopped, no endpoint has a connection any more.
    for (const server of servers) {
      const sockets = await server.waitForConnections(0);
      const open = () => sockets.filter((socket) => !socket.destroyed && socket.readable).length;
      await pollUntil(open, (count) => count === 0, { what: 'the end of all connections' });
      await server.close();
    }
    await neighbour.close();
  });

  test.concurrent.each(HOSTILE_ANSWERS.map((row) => [row.name, row] as const))(
    'that %s',
    async (_name, { serve, expected, statusCode }) => {
      let pushed = () => 0;
      const server = await startTcpServer((socket, firstBytes) => {
        pushed = () => socket.bytesWritten - socket.writableLength;
        serve(socket, firstBytes);
      });
      servers.push(server);
      const before = await sender.send(requestTo(neighbour.url));
      // Short only for those that run into it, so that a machine under load fails no other.
      const timeoutMs = expected.includes('timeout') ? TIMEOUT_MS : AMPLE_MS;
      const hostile = sender.send(requestTo(server.url, { timeoutMs }));
      const meanwhile = sender.send(requestTo(neighbour.url));
      const { outcome, durationMs } = await hostile;
      const after = await sender.send(requestTo(neighbour.url));

      expect(expected).toContain(kindOf(outcome));
      if (statusCode !== undefined) expect(outcome.statusCode).toBe(statusCode);
      expect(durationMs).toBeLessThan(timeoutMs + PATIENCE_MS);
      expect(pushed()).toBeLessThan(MOST_PUSHED_BYTES);
      expect(outcome.responseExcerpt?.length ?? 0).toBeLessThanOrEqual(16_384);
      for (const { outcome: healthy } of [before, await meanwhile, after]) {
        expect(healthy.kind).toBe('ok');
      }
    },
  );
});

describe('a connection that is kept', () => {
  const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

  test.each([
    ['closed', (socket: Socket) => void socket.end()],
    ['reset', (socket: Socket) => void socket.resetAndDestroy()],
  ])('and %s just when it is used again costs that attempt, and no other', async (_how, finish) => {
    const server = await setupTcpServer((socket) => {
      socket.write(OK);
      socket.once('data', () => finish(socket));
    });
    const sender = setupSender();
    const kinds: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      kinds.push(kindOf((await sender.send(requestTo(server.url))).outcome));
    }
    expect(kinds).toEqual(['ok', 'reset', 'ok']);
  });

  test('and closed while nobody uses it costs nothing', async () => {
    const server = await setupTcpServer((socket) => void socket.end(OK));
    const sender = setupSender();
    for (let n = 1; n <= 3; n += 1) {
      expect(kindOf((await sender.send(requestTo(server.url))).outcome)).toBe('ok');
      const socket = (await server.waitForConnections(n))[n - 1];
      if (socket?.closed === false) await once(socket, 'close');
    }
  });

  test('and says more than it was asked is not believed: the next answer is the next request’s', async () => {
    let connections = 0;
    const server = await setupTcpServer((socket) => {
      connections += 1;
      const forged = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged';
      if (connections === 1) socket.write(OK + forged);
      const refuse = () => socket.write('HTTP/1.1 500 No\r\nContent-Length: 4\r\n\r\ntrue');
      if (connections === 1) socket.on('data', refuse);
      else refuse();
    });
    const sender = setupSender();
    const first = await sender.send(requestTo(server.url));
    expect(first.outcome).toMatchObject({ responseExcerpt: 'ok' });
    const second = await sender.send(requestTo(server.url));
    expect(second.outcome).toMatchObject({ statusCode: 500, responseExcerpt: 'true' });
  });
});

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])('of status %i leads nowhere', async (status) => {
    const canary = await setupReceiver();
    for (const location of [
      canary.url,
      `${canary.url}/internal`,
      'http://169.254.169.254/latest/meta-data/',
      'file:///etc/passwd',
      'unix:/var/run/docker.sock:/info',
      '//localhost/',
      '/again',
      '',
    ]) {
      const receiver = await setupReceiver({ respond: () => ({ status, headers: { location } }) });
      const failure = await sendToFail(setupSender(), requestTo(receiver.url));
      expect(failure).toMatchObject({ errorClass: 'redirect', statusCode: status });
      expect(receiver.count()).toBe(1);
    }
    expect(canary.count()).toBe(0);
  });
});

describe('Retry-After', () => {
  test.each(ABSURD_WAITS)('%j is a wait from none to a day, or none at all', async (value) => {
    for (const status of [429, 503]) {
      const server = await setupTcpServer((socket) => {
        socket.end(
          Buffer.from(
            `HTTP/1.1 ${status} Wait\r\nRetry-After: ${value}\r\nRetry-After: ${value}\r\nContent-Length: 0\r\n\r\n`,
            'latin1',
          ),
        );
      });
      const { retryAfterMs, statusCode } = await sendToFail(setupSender(), requestTo(server.url));
      expect(statusCode).toBe(status);
      const wait = retryAfterMs ?? 0;
      expect(wait >= 0 && wait <= MAX_RETRY_AFTER_MS).toBe(true);
    }
  });
});

describe('TLS', () => {
  const pem = (name: string) =>
    readFile(new URL(`../support/certificates/${name}.pem`, import.meta.url));

  async function pair(name: string) {
    return { key: await pem(`${name}.key`), cert: await pem(`${name}.cert`) };
  }

  /** Makes Node trust the tests' own authority until the test ends, as NODE_EXTRA_CA_CERTS does. */
  async function trustAuthority(): Promise<void> {
    const authority = await pem('authority.cert');
    const create = tls.createSecureContext;
    const patched = vi.spyOn(tls, 'createSecureContext').mockImplementation((options) => {
      const context = create(options);
      context.context.addCACert(authority);
      return context;
    });
    onTestFinished(() => patched.mockRestore());
  }

  test.each([
    ['expired', 'CERT_HAS_EXPIRED'],
    ['future', 'CERT_NOT_YET_VALID'],
    ['other', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('with a certificate of a trusted authority that is %s is refused', async (name, code) => {
    await trustAuthority();
    const server = await setupTcpServer(() => undefined, { certificate: await pair(name) });
    const failure = await sendToFail(setupSender(), requestTo(server.url));
    expect(failure).toMatchObject({ errorClass: 'tls', statusCode: null });
    expect(failure.message).toContain(code);
  });

  test('with a certificate of an authority that nobody trusts is refused', async () => {
    const server = await setupTcpServer(() => undefined, { certificate: await pair('other') });
    expect(await sendToFail(setupSender(), requestTo(server.url))).toMatchObject({
      errorClass: 'tls',
    });
  });

  test('of a server that speaks HTTP/2 alone is refused', async () => {
    const server = http2.createSecureServer({ ...(await pair('localhost')), allowHTTP1: false });
    server.on('sessionError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const failure = await sendToFail(setupSender(), requestTo(`https://localhost:${port}/`));
    expect(['tls', 'protocol', 'reset']).toContain(failure.errorClass);
  });

  test('on an endpoint that speaks plain HTTP fails as tls', async () => {
    const receiver = await setupReceiver();
    const url = receiver.url.replace('http:', 'https:');
    expect(await sendToFail(setupSender(), requestTo(url))).toMatchObject({ errorClass: 'tls' });
    expect(receiver.count()).toBe(0);
  });

  test.each([
    ['closes', (socket: Socket) => void socket.end()],
    ['resets', (socket: Socket) => void socket.resetAndDestroy()],
  ])('on an endpoint that %s in the handshake fails as reset or tls', async (_how, finish) => {
    const server = await setupTcpServer(finish);
    const url = server.url.replace('http:', 'https:');
    const failure = await sendToFail(setupSender(), requestTo(url));
    expect(['reset', 'tls']).toContain(failure.errorClass);
  });

  test('that a plain URL meets is no answer', async () => {
    const server = await setupTcpServer(() => undefined, { certificate: await pair('localhost') });
    const url = server.url.replace('https:', 'http:').replace('localhost', '127.0.0.1');
    const failure = await sendToFail(setupSender(), requestTo(url, { timeoutMs: TIMEOUT_MS }));
    expect(['reset', 'protocol', 'timeout']).toContain(failure.errorClass);
  });
});

test('an endpoint that reads nothing of a large request ends with the time limit', async () => {
  const sockets: Socket[] = [];
  const server = net.createServer((socket) => void sockets.push(socket.pause()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const sender = setupSender();
  const body = JSON.stringify('x'.repeat(8 * 2 ** 20));
  const failure = await sendToFail(
    sender,
    requestTo(`http://127.0.0.1:${port}`, { body, timeoutMs: TIMEOUT_MS }),
  );
  expect(failure).toMatchObject({ errorClass: 'timeout', statusCode: null });
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, 'close');
});
