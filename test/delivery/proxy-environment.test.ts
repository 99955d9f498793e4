import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startNode } from '../support/node-process.js';
import { setupTcpServer } from './setup.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CERTIFICATES = fileURLToPath(new URL('../support/certificates/', import.meta.url));

/** Sends one delivery to each URL of the arguments, and prints what came of it. */
const PROGRAM = `
import { createSender } from './dist/delivery/sender.js';
import { ANY_URL } from './dist/domain/url-rules.js';
const sender = createSender({ isAllowed: () => true, urlRules: ANY_URL, clock: () => new Date(), userAgent: 'test' });
const messageHeaders = { 'webhook-id': 'evt_1', 'webhook-timestamp': '1', 'webhook-signature': 'v1,' };
for (const url of process.argv.slice(1)) {
  const request = { url, headers: {}, messageHeaders, body: '{}', timeoutMs: 15_000 };
  const { outcome } = await sender.send(request);
  console.log('outcome', outcome.kind, outcome.responseExcerpt ?? outcome.message);
}
sender.stop();
`;

test('a process goes through no proxy of its environment, over http and over https', async () => {
  const answer = (body: string) =>
    `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const proxy = await setupTcpServer((socket) => socket.end(answer('proxy')));
  const plain = await setupTcpServer((socket) => socket.write(answer('endpoint')));
  const [key, cert] = await Promise.all(
    ['localhost.key.pem', 'localhost.cert.pem'].map((name) => readFile(CERTIFICATES + name)),
  );
  if (key === undefined || cert === undefined) throw new Error('the certificate is not there');
  const secure = await setupTcpServer((socket) => socket.write(answer('endpoint')), {
    certificate: { key, cert },
  });
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'GLOBAL_AGENT_HTTP_PROXY'];
  const variables = names.flatMap((name) => [name, name.toLowerCase()]);
  const child = startNode(['--input-type=module', '--eval', PROGRAM, plain.url, secure.url], {
    cwd: ROOT,
    environment: {
      ...Object.fromEntries(variables.map((name) => [name, proxy.url])),
      NODE_USE_ENV_PROXY: '1',
      NODE_EXTRA_CA_CERTS: `${CERTIFICATES}localhost.cert.pem`,
    },
  });
  expect(await child.exited).toBe(0);
  // Node may warn of variables that are young.
  const outcomes = child.lines.filter((line) => line.startsWith('outcome'));
  expect(outcomes).toEqual(['outcome ok endpoint', 'outcome ok endpoint']);
  expect(await proxy.waitForConnections(0)).toHaveLength(0);
});
