import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { PosthornOptions } from '../../src/config.js';
import { createSecret } from '../../src/domain/signing-secret.js';
import { runCommand } from '../support/command-line.js';
import { startNode } from '../support/node-process.js';
import { openTestPosthorn } from '../support/posthorn.js';
import { environment } from '../support/posthorn-process.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Starts `posthorn listen` with these words, and no settings but the given ones. */
function startListen(words: readonly string[], options: PosthornOptions = {}) {
  const child = startNode([MAIN, 'listen', ...words], {
    cwd: '/',
    environment: environment(options),
  });
  return {
    ...child,
    /** The next JSON line, past or to come, that the pattern fits. */
    async waitForJson(pattern: RegExp) {
      const { input } = await child.waitForLine(pattern);
      return JSON.parse(input);
    },
  };
}

const event = (data: unknown) =>
  JSON.stringify({ type: 'expense.created', timestamp: '2026-11-28T12:00:00Z', data });

/** A request as a sender with this secret makes it. */
function signed(secret: string, { id = 'evt_1', at = new Date(), body = event({ id: 42 }) }) {
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new StandardWebhook(secret).sign(id, at, body),
  };
  return { method: 'POST', headers, body };
}

describe('posthorn listen, registered with a Posthorn that runs', () => {
  test('makes its own deliveries, whatever the workers may reach, and leaves nothing', async () => {
    const limits = { allowCidrs: '', retryBase: '20ms', retryFactor: 1, breakerFailures: 2 };
    const { posthorn, ledger, options } = await openTestPosthorn(limits);
    await posthorn.start(['worker', 'scheduler']);
    const wanted = ['--account', 'acme', '--event-type', 'expense.*', '--respond', '500'];
    const listen = startListen(['--json', ...wanted], options);
    const { webhookId } = await listen.waitForJson(/"kind":"listening"/);
    const first = await listen.waitForJson(/"type":"webhook.test"/);
    expect(first).toMatchObject({ verified: true, fault: null, attempt: 1, answered: 500 });

    const { id } = await posthorn.enqueue({
      type: 'expense.created',
      accountId: 'acme',
      payload: { id: 42 },
    });
    await posthorn.enqueue({ type: 'order.paid', accountId: 'acme', payload: null });
    // The fourth comes at once as well: its breaker would have opened after the second.
    const fourth = await listen.waitForJson(/"attempt":4/);
    expect(fourth).toMatchObject({
      id,
      verified: true,
      type: 'expense.created',
      previous: { status: 500 },
      body: { data: { id: 42 } },
    });
    const attempts = await ledger.attempt.findMany({ where: { webhookId } });
    expect(new Set(attempts.map(({ statusCode }) => statusCode))).toEqual(new Set([500]));

    expect(await listen.stop()).toBe(0);
    expect(await ledger.webhook.count()).toBe(0);
    expect(await ledger.delivery.findMany()).toMatchObject([{ status: 'discarded' }]);
  });

  test('is removed by the next clean-up where its process was killed', async () => {
    const { posthorn, ledger } = await openTestPosthorn();
    const register = () => posthorn.webhooks.register({ url: 'http://127.0.0.1:9/' });
    const [lapsed, kept] = [await register(), await register()];
    const now = Date.now();
    const rows = [
      { webhookId: lapsed.webhook.id, until: new Date(now - 1) },
      { webhookId: kept.webhook.id, until: new Date(now + 60_000) },
    ];
    await ledger.listener.createMany({ data: rows });
    await posthorn.runJob('cleanup');
    expect(await ledger.webhook.findMany({ select: { id: true } })).toEqual([
      { id: kept.webhook.id },
    ]);
  });
});

describe('posthorn listen --secret', () => {
  test('tells what is verified, wrong, too old and a duplicate', async () => {
    const secret = createSecret();
    const other = createSecret();
    const listen = startListen(['--secret', other, secret, '--count', '5']);
    const { 1: url = '' } = await listen.waitForLine(/listening at (\S+);/);
    const send = async (request: RequestInit) => (await fetch(url, request)).status;
    const request = signed(secret, {});
    expect(await send(request)).toBe(204);
    await listen.waitForLine(/✔ verified {2}expense.created {2}evt_1/);
    expect(await send(request)).toBe(204);
    await listen.waitForLine(/duplicate: this event was answered 204 already/);
    expect(await send({ ...request, body: event({ id: 43 }) })).toBe(401);
    await listen.waitForLine(/✘ not verified/);
    await listen.waitForLine(/no signature fits the request/);
    const old = new Date(Date.now() - 3_600_000);
    expect(await send(signed(secret, { id: 'evt_2', at: old }))).toBe(401);
    await listen.waitForLine(/made 36\d\d s ago, over the tolerance of 300 s/);
    const headers = { 'webhook-id': '\u009b32m' };
    expect(await send({ method: 'POST', headers, body: '\u009b31m' })).toBe(401);
    await listen.waitForLine(/✘ not verified {2}\\u009b32m/);
    await listen.waitForLine(/the header webhook-timestamp is missing/);
    expect(await listen.exited).toBe(0);
    expect(listen.lines.at(-2)).toBe('          \\u009b31m');
  });

  test('passes requests on as they came, and answers as that endpoint does', async () => {
    const secret = createSecret();
    const bodies: string[] = [];
    const endpoint = createServer(async (request, response) => {
      for await (const chunk of request) bodies.push(String(chunk));
      response.writeHead(418).end(request.headers['webhook-id']);
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void endpoint.close());
    await once(endpoint, 'listening');
    const { port } = endpoint.address() as AddressInfo;
    const target = `http://127.0.0.1:${port}/hook`;
    const listen = startListen(['--json', '--secret', secret, '--forward', target]);
    const { url } = await listen.waitForJson(/"kind":"listening"/);
    const answer = await fetch(url, signed(secret, {}));
    expect([answer.status, await answer.text()]).toEqual([418, 'evt_1']);
    expect(bodies).toEqual([event({ id: 42 })]);
    endpoint.close();
    expect((await fetch(url, signed(secret, {}))).status).toBe(502);
    const second = await listen.waitForJson(/"answered":502/);
    expect(second).toMatchObject({ attempt: 2, forwarded: { url: target } });
    expect(second.forwarded.error).toContain('ECONNREFUSED');
    await listen.stop();
  });

  test.each([
    [['--respond', '200', '--forward', 'http://localhost:1/'], 2, /cannot be used with option/],
    [['--port', '65536'], 2, /Use a whole number from 0 to 65535/],
    [['--secret', 'hunter2'], 1, /secret to verify with does not fit/],
    [['--secret-file', '/nowhere'], 1, /the secret can't be read/],
  ])('refuses %j', async (words, exitCode, message) => {
    const result = await runCommand(['listen', ...words], {});
    expect(result).toMatchObject({ exitCode, stderr: expect.stringMatching(message) });
  });
});
