import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createSecret } from '../../src/domain/signing-secret.js';
import {
  requestTo,
  sendToFail,
  sendToSucceed,
  setupReceiver,
  setupSender,
  signed,
} from './setup.js';

describe('an attempt', () => {
  test('posts the body as it was signed', async () => {
    const secret = createSecret();
    const receiver = await setupReceiver({ secret });
    const body = '{"type":"expense.created","data":{"note":"Grüße, 日本 ✓ 🎉"}}';
    const request = requestTo(`${receiver.url}/hook?token=a`, {
      body,
      messageHeaders: { ...signed(body, secret) },
      headers: { 'X-Team': 'blue', authorization: 'Bearer of-the-owner' },
    });

    await sendToSucceed(setupSender(), request);

    expect(receiver.requests).toMatchObject([
      {
        method: 'POST',
        path: '/hook?token=a',
        body,
        verified: true,
        headers: {
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(body)),
          'user-agent': 'Posthorn/0.0.0-test',
          host: new URL(receiver.url).host,
          'webhook-id': 'evt_1',
          'x-team': 'blue',
          authorization: 'Bearer of-the-owner',
        },
      },
    ]);
    expect(receiver.requests[0]?.headers).not.toHaveProperty('accept-encoding');
  });

  test('answers when it began, how long it took, and what came back', async () => {
    const receiver = await setupReceiver({ respond: () => ({ status: 204, delayMs: 30 }) });
    const startedAt = new Date('2026-01-02T03:04:05.678Z');
    const sender = setupSender({ clock: () => startedAt });

    const result = await sender.send(requestTo(receiver.url));

    expect(result).toEqual({
      startedAt,
      durationMs: expect.any(Number),
      outcome: { kind: 'ok', statusCode: 204, responseExcerpt: '' },
    });
    expect(result.durationMs).toBeGreaterThanOrEqual(29);
    expect(Number.isInteger(result.durationMs)).toBe(true);
  });

  test('lets a webhook’s own headers replace nothing that belongs to the delivery', async () => {
    const receiver = await setupReceiver();
    const request = requestTo(receiver.url, {
      headers: {
        'Content-Type': 'text/plain',
        'content-length': '3',
        'Content-Encoding': 'gzip',
        'USER-AGENT': 'curl',
        Host: 'internal.example',
        Connection: 'close',
        'keep-alive': 'timeout=1',
        'Transfer-Encoding': 'chunked',
        Expect: '100-continue',
        Upgrade: 'h2c',
        'Proxy-Authorization': 'Basic x',
        TE: 'trailers',
        'Webhook-Id': 'evt_forged',
        'webhook-timestamp': '1',
        'Webhook-Signature': 'v1,forged',
        'webhook-anything': 'x',
        'x-own': 'kept',
      },
    });

    await sendToSucceed(setupSender(), request);

    const { headers } = receiver.requests[0] ?? {};
    expect(headers).toEqual({
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(request.body)),
      'user-agent': 'Posthorn/0.0.0-test',
      host: new URL(receiver.url).host,
      connection: 'keep-alive',
      'x-own': 'kept',
      ...request.messageHeaders,
    });
  });

  test('reuses the connection, also after a failure', async () => {
    const receiver = await setupReceiver({
      respond: ({ path }) => ({ status: path === '/down' ? 500 : 200, body: 'done' }),
    });
    const sender = setupSender();
    for (const path of ['/a', '/down', '/b', '/c']) {
      await sender.send(requestTo(receiver.url + path));
    }
    expect(receiver.requests.map(({ connection }) => connection)).toEqual([1, 1, 1, 1]);
  });

  test('shares connections between deliveries that run at the same time', async () => {
    const receiver = await setupReceiver();
    const sender = setupSender({ maxSocketsPerHost: 3 });
    const request = requestTo(receiver.url);
    await Promise.all(Array.from({ length: 30 }, () => sendToSucceed(sender, request)));
    expect(new Set(receiver.requests.map(({ connection }) => connection)).size).toBe(3);
  });

  test('does not follow a redirect', async () => {
    const receiver = await setupReceiver({
      respond: ({ path }) =>
        path === '/moved'
          ? { status: 307, headers: { location: '/elsewhere' }, body: 'moved' }
          : {},
    });
    const sender = setupSender();
    expect(await sendToFail(sender, requestTo(`${receiver.url}/moved`))).toMatchObject({
      errorClass: 'redirect',
      statusCode: 307,
      responseExcerpt: 'moved',
    });
    expect(receiver.requests.map(({ path }) => path)).toEqual(['/moved']);
  });

  test('keeps no cookies', async () => {
    const receiver = await setupReceiver({ respond: () => ({ headers: { 'set-cookie': 'a=b' } }) });
    const sender = setupSender();
    await sendToSucceed(sender, requestTo(receiver.url));
    await sendToSucceed(sender, requestTo(receiver.url));
    expect(receiver.requests[1]?.headers).not.toHaveProperty('cookie');
  });

  test('goes through no proxy of the environment', async () => {
    const proxy = await setupReceiver();
    const receiver = await setupReceiver();
    for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY']) vi.stubEnv(name, proxy.url);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    await sendToSucceed(setupSender(), requestTo(receiver.url));
    expect([proxy.count(), receiver.count()]).toEqual([0, 1]);
  });
});

describe('giving up', () => {
  test('rejects with the reason of the signal and ends the request', async () => {
    const receiver = await setupReceiver({ respond: () => ({ delayMs: 60_000 }) });
    const stopping = new AbortController();
    const attempt = setupSender().send(requestTo(receiver.url, { signal: stopping.signal }));
    await receiver.waitForRequests(1);
    const reason = new Error('the worker stops');
    stopping.abort(reason);
    await expect(attempt).rejects.toBe(reason);
  });

  test('makes no request where the signal was aborted before', async () => {
    const receiver = await setupReceiver();
    const signal = AbortSignal.abort(new Error('the worker stops'));
    const attempt = setupSender().send(requestTo(receiver.url, { signal }));
    await expect(attempt).rejects.toBe(signal.reason);
    expect(receiver.count()).toBe(0);
  });

  test('takes one signal for many attempts, and lets go of it when they end', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    onTestFinished(() => {
      process.off('warning', onWarning);
    });
    const receiver = await setupReceiver();
    const { signal } = new AbortController();
    const removed = vi.spyOn(signal, 'removeEventListener');
    const sender = setupSender();
    const request = requestTo(receiver.url, { signal });
    await Promise.all(Array.from({ length: 40 }, () => sendToSucceed(sender, request)));
    expect(removed).toHaveBeenCalledTimes(40);
    // Warnings are emitted in a later turn.
    await nextTurn();
    expect(warnings).toEqual([]);
  });

  test('stop rejects what is under way and all that comes later, and may be called twice', async () => {
    const receiver = await setupReceiver({ respond: () => ({ delayMs: 60_000 }) });
    const sender = setupSender();
    const attempt = sender.send(requestTo(receiver.url));
    await receiver.waitForRequests(1);
    sender.stop();
    sender.stop();
    await expect(attempt).rejects.toThrow('the sender was stopped');
    await expect(sender.send(requestTo(receiver.url))).rejects.toThrow('the sender was stopped');
  });

  test('stop closes idle connections', async () => {
    const receiver = await setupReceiver();
    const sender = setupSender();
    await sendToSucceed(sender, requestTo(receiver.url));
    sender.stop();
    const again = setupSender();
    await sendToSucceed(again, requestTo(receiver.url));
    expect(receiver.requests.map(({ connection }) => connection)).toEqual([1, 2]);
  });
});
