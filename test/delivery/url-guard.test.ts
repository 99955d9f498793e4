import { describe, expect, test } from 'vitest';
import type { Sender } from '../../src/delivery/sender.js';
import { ANY_URL, type UrlRules } from '../../src/domain/url-rules.js';
import { requestTo, sendToFail, sendToSucceed, setupReceiver, setupSender } from './setup.js';

const NOW = new Date('2026-01-02T03:04:05.678Z');

function setup(rules: Partial<UrlRules>): Sender {
  return setupSender({ urlRules: { ...ANY_URL, ...rules }, clock: () => NOW });
}

describe('a sender with rules for URLs', () => {
  test('makes no attempt over http where https is asked for', async () => {
    const receiver = await setupReceiver();
    const result = await setup({ httpsOnly: true }).send(requestTo(`${receiver.url}/?secret=1`));
    expect(result).toEqual({
      startedAt: NOW,
      durationMs: 0,
      outcome: {
        kind: 'failed',
        errorClass: 'blocked',
        statusCode: null,
        message:
          'the URL is not https, and deliveries go over https alone (POSTHORN_HTTPS_ONLY), so no connection was made',
        retryAfterMs: null,
        responseExcerpt: null,
      },
    });
    expect(receiver.count()).toBe(0);
  });

  test('makes no attempt at a port that is not open to deliveries, also over a kept connection', async () => {
    const receiver = await setupReceiver();
    const port = Number(new URL(receiver.url).port);
    const ports = [{ first: port, last: port }];
    const sender = setup({ ports });
    await sendToSucceed(sender, requestTo(receiver.url));
    ports[0] = { first: 1, last: 1 };
    const failure = await sendToFail(sender, requestTo(receiver.url));
    expect(failure).toMatchObject({ errorClass: 'blocked', statusCode: null });
    expect(failure.message).toContain(`names port ${port}`);
    expect(receiver.count()).toBe(1);
  });

  test('leaves what is no URL to the sender', async () => {
    const failure = await sendToFail(setup({ httpsOnly: true }), requestTo('nonsense'));
    expect(failure.errorClass).toBe('protocol');
  });

  test('stops with its sender', async () => {
    const guarded = setup({});
    guarded.stop();
    await expect(guarded.send(requestTo('http://127.0.0.1:1/'))).rejects.toThrow('was stopped');
  });
});
