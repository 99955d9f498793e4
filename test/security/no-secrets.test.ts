import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import pino from 'pino';
import { expect, test } from 'vitest';
import { startApi } from '../../src/api/server.js';
import { createPosthorn } from '../../src/posthorn.js';
import { runCommand } from '../support/command-line.js';
import { pollUntil } from '../support/poll.js';
import { freshOptions, openTestLedger } from '../support/posthorn.js';
import { startReceiver } from '../support/receiver.js';
import { startRedis } from '../support/redis.js';
import { startTcpServer } from '../support/tcp-server.js';

/** A secret in the forms in which it might turn up. */
function formsOf(secret: string): string[] {
  const bare = secret.replace(/^wh[a-z]+_/, '');
  const bytes = Buffer.from(bare, 'base64');
  return [
    secret,
    bare,
    encodeURIComponent(bare),
    Buffer.from(secret).toString('base64'),
    ...(bytes.length >= 16 ? [bytes.toString('hex'), bytes.toString('base64url')] : []),
  ];
}

/** Everything that a Redis holds, as text. */
async function dumpRedis(url: string): Promise<string> {
  const client = new Redis(url);
  const parts: string[] = [];
  for (const key of await client.keys('*')) {
    const dump = (await client.dumpBuffer(key))?.toString('latin1');
    const type = await client.type(key);
    const fields = type === 'hash' ? JSON.stringify(await client.hgetall(key)) : '';
    parts.push(key, dump ?? '', fields);
  }
  await client.quit();
  return parts.join('\n');
}

/** Sends the secret itself, and one more that never changes. */
const TOKEN_FORMAT = {
  kind: 'raw',
  headers: { 'X-Key': 'key-in-the-format' },
  signatures: [{ header: 'X-Token', algorithm: 'token' }],
} as const;

test('no secret is in a log, an error, a job, a metric or an answer', async () => {
  const redis = await startRedis();
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const options = await freshOptions({
    redisUrl: redis.url,
    apiKey: 'administrator-key-of-this-test',
    timeout: '200ms',
    retryBase: '50ms',
    retryFactor: 1,
    retryAttempts: 2,
  });
  const posthorn = await createPosthorn(options, { log });
  const ledger = openTestLedger(String(options.databaseUrl));
  const api = await startApi({
    posthorn,
    log,
    routes: 'all',
    apiKey: String(options.apiKey),
    host: '127.0.0.1',
    port: 0,
  });
  const shown: string[] = [];
  const call = async (path: string, body: unknown, key = String(options.apiKey)) => {
    const answer = await fetch(api.address + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return answer.text();
  };

  // Endpoints that fail in every way in which an error is made of what was sent.
  const failing = await startReceiver({ respond: () => ({ status: 500 }) });
  const silent = await startReceiver({ respond: () => new Promise(() => undefined) });
  const resetting = await startTcpServer((socket) => socket.resetAndDestroy());
  const garbage = await startTcpServer((socket) => void socket.end('garbage\r\n\r\n'));
  const query = 'token=query-secret-of-the-owner';
  const headers = { authorization: 'Bearer header-secret-of-the-owner' };
  const secrets: string[] = [];
  for (const [index, url] of [
    failing.url,
    silent.url,
    `http://127.0.0.1:${resetting.port}`,
    `http://127.0.0.1:${garbage.port}`,
    `https://127.0.0.1:${garbage.port}`,
    'http://127.0.0.1:9',
  ].entries()) {
    const { webhook, secret } = await posthorn.webhooks.register({
      url: `${url}/hook?${query}`,
      headers,
      signatureScheme: index === 0 ? 'v1a' : 'v1',
      ...(index === 3 ? { format: TOKEN_FORMAT, secret: 'token-that-the-receiver-knows' } : {}),
    });
    if (index === 3) {
      // Its owner sees the URL, and no header that may be a secret.
      const { request } = JSON.parse(await call(`/v1/webhooks/${webhook.id}/test`, {}));
      expect(Object.keys(request.headers)).toContain('x-token');
      shown.push(JSON.stringify(request.headers));
    }
    // Of v1a the private key is never shown, so it is read where it is: sealed.
    if (index > 0) secrets.push(secret);
    if (index === 1) secrets.push((await posthorn.webhooks.rotateSecret(webhook.id)).secret);
  }
  await posthorn.start(['worker', 'scheduler']);
  await posthorn.enqueue({ type: 'a', payload: { text: 'payload-of-the-customer' } });
  await pollUntil(
    () => dumpRedis(redis.url).then((dump) => shown.push(dump)),
    () => lines.some((line) => line.includes('"attempt":2')),
    { what: 'attempts' },
  );
  await pollUntil(
    () => ledger.delivery.count({ where: { status: 'pending' } }),
    (pending) => pending === 0,
    { what: 'the end of all deliveries' },
  );

  // Requests that are refused, and a fault in the middle of one.
  shown.push(await call('/v1/webhooks', { url: `http://u:p@x/?${query}` }));
  shown.push(await call('/v1/webhooks', { url: `http://10.0.0.1/?${query}`, headers }));
  shown.push(await call('/v1/events', { type: 'a b', payload: 1 }, 'guessed-key-of-somebody'));
  await ledger.$executeRaw`ALTER TABLE posthorn.events RENAME COLUMN payload TO elsewhere`;
  shown.push(await call('/v1/events', { type: 'a', payload: 'payload-of-the-customer' }));
  const fault = await posthorn
    .enqueue({ type: 'a', payload: 'payload-of-the-customer' })
    .catch((error: unknown) => inspect(error, { depth: 10, showHidden: true }));
  expect(fault).toBeTypeOf('string');
  shown.push(String(fault));
  await ledger.$executeRaw`ALTER TABLE posthorn.events RENAME COLUMN elsewhere TO payload`;
  shown.push(await posthorn.metrics.text());
  const { stdout, stderr } = await runCommand(['doctor'], { ...options, logLevel: 'trace' });
  shown.push(stdout, stderr);
  await api.stop();
  await posthorn.stop();

  const attempts = await ledger.attempt.findMany();
  expect(new Set(attempts.map(({ outcome }) => outcome)).size).toBeGreaterThanOrEqual(4);
  shown.push(...lines, JSON.stringify(attempts));
  expect(lines.length).toBeGreaterThan(20);
  const forbidden = [
    ...secrets.flatMap(formsOf),
    ...formsOf(String(options.secretKey)),
    String(options.apiKey),
    'guessed-key-of-somebody',
    'query-secret-of-the-owner',
    'header-secret-of-the-owner',
    'key-in-the-format',
    'payload-of-the-customer',
    new URL(String(options.databaseUrl)).password,
    'whsk_',
  ];
  const everything = shown.join('\n');
  expect(forbidden.filter((text) => everything.includes(text))).toEqual([]);
  for (const each of [failing, silent, resetting, garbage]) await each.close();
  await redis.stop();
});
