import { readFile } from 'node:fs/promises';
import https from 'node:https';
import tls from 'node:tls';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { requestTo, sendToFail, sendToSucceed, setupSender, setupTcpServer } from './setup.js';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

async function certificate() {
  const read = (name: string) =>
    readFile(new URL(`../support/certificates/${name}`, import.meta.url));
  return { key: await read('localhost.key.pem'), cert: await read('localhost.cert.pem') };
}

/** Makes Node trust a certificate until the test ends, as NODE_EXTRA_CA_CERTS does from its start. */
function trust(cert: Buffer): void {
  const create = tls.createSecureContext;
  const patched = vi.spyOn(tls, 'createSecureContext').mockImplementation((options) => {
    const context = create(options);
    context.context.addCACert(cert);
    return context;
  });
  onTestFinished(() => patched.mockRestore());
}

describe('TLS', () => {
  test('refuses a certificate that nobody trusts', async () => {
    const server = await setupTcpServer((socket) => socket.end(OK), {
      certificate: await certificate(),
    });
    expect(await sendToFail(setupSender(), requestTo(server.url))).toMatchObject({
      errorClass: 'tls',
      statusCode: null,
      message: `no trusted TLS connection to localhost:${server.port} could be made (DEPTH_ZERO_SELF_SIGNED_CERT)`,
    });
  });

  test('refuses it also where the environment switches the check off', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const server = await setupTcpServer((socket) => socket.end(OK), {
      certificate: await certificate(),
    });
    const failure = await sendToFail(setupSender(), requestTo(server.url));
    expect(failure.errorClass).toBe('tls');
  });

  test('delivers over a trusted connection and keeps it', async () => {
    const { key, cert } = await certificate();
    trust(cert);
    const server = await setupTcpServer(
      (socket) => {
        socket.write(OK);
        socket.on('data', () => socket.write(OK));
      },
      { certificate: { key, cert } },
    );
    const sender = setupSender();
    for (let n = 0; n < 3; n += 1) {
      const { responseExcerpt } = await sendToSucceed(sender, requestTo(server.url));
      expect(responseExcerpt).toBe('ok');
    }
    expect(await server.waitForConnections(1)).toHaveLength(1);
  });

  test('refuses a trusted certificate for another name', async () => {
    const { key, cert } = await certificate();
    trust(cert);
    const server = await setupTcpServer((socket) => socket.end(OK), { certificate: { key, cert } });
    const url = server.url.replace('localhost', '127.0.0.1');
    const failure = await sendToFail(setupSender(), requestTo(url));
    expect(failure).toMatchObject({
      errorClass: 'tls',
      message: expect.stringContaining('(ERR_TLS_CERT_ALTNAME_INVALID)'),
    });
  });

  test('fails as tls where the endpoint speaks plain HTTP', async () => {
    const server = await setupTcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const failure = await sendToFail(
      setupSender(),
      requestTo(server.url.replace('http:', 'https:')),
    );
    expect(failure.errorClass).toBe('tls');
  });

  test('fails where plain HTTP is sent to an endpoint that speaks TLS', async () => {
    const server = https.createServer(await certificate()).listen(0, '127.0.0.1');
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    await vi.waitUntil(() => server.listening);
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const failure = await sendToFail(setupSender(), requestTo(`http://127.0.0.1:${port}/`));
    expect(['protocol', 'reset']).toContain(failure.errorClass);
  });
});
