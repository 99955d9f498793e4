import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { checkFormat, type FormatInput } from '../../src/domain/format-input.js';
import { compileFormat } from '../../src/domain/message-format.js';
import { createKeyPair, createSecret, readSecret } from '../../src/domain/signing-secret.js';

/** A message in a raw format, at a time in seconds. */
function write(
  format: Omit<Extract<FormatInput, { kind: 'raw' }>, 'kind'>,
  options: { body?: string; secrets?: readonly string[]; seconds?: number } = {},
) {
  const {
    body = '{"amount":42,"note":"für “alle”"}',
    secrets = ['s3cret'],
    seconds = 1_700_000_000,
  } = options;
  const event = {
    id: 'evt_1',
    type: 'expense.created',
    createdAt: new Date('2026-01-02T03:04:05.678Z'),
    payloadJson: body,
  };
  return compileFormat(checkFormat({ kind: 'raw', ...format })).write({
    event,
    webhookId: 'wh_1',
    url: 'https://shop.example/hooks?source=x',
    secrets: secrets.map(readSecret),
    now: new Date(seconds * 1_000),
  });
}

/** Vectors that other systems publish, and their rules written out. */
describe('a raw format signs as', () => {
  test('GitHub does, by the example of its documentation', () => {
    const signature = {
      header: 'X-Hub-Signature-256',
      algorithm: 'hmac-sha256',
      value: 'sha256={signature}',
    } as const;
    const { body, headers } = write(
      {
        headers: { 'X-GitHub-Event': '{type}', 'X-GitHub-Delivery': '{id}' },
        signatures: [signature],
      },
      { body: 'Hello, World!', secrets: ["It's a Secret to Everybody"] },
    );
    expect(body).toBe('Hello, World!');
    expect(headers).toEqual({
      'x-github-event': 'expense.created',
      'x-github-delivery': 'evt_1',
      'x-hub-signature-256':
        'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    });
  });

  test('Slack does, by the example of its documentation', () => {
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
    const { headers } = write(
      {
        headers: { 'X-Slack-Request-Timestamp': '{timestamp}' },
        signatures: [
          {
            header: 'X-Slack-Signature',
            algorithm: 'hmac-sha256',
            content: 'v0:{timestamp}:{body}',
            value: 'v0={signature}',
          },
        ],
      },
      { body, secrets: ['8f742231b10e8888abcd99yyyzzz85a5'], seconds: 1_531_420_618 },
    );
    expect(headers['x-slack-signature']).toBe(
      'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    );
  });

  test('Stripe does, with one signature of each live secret', () => {
    const { body, headers } = write(
      {
        signatures: [
          {
            header: 'Stripe-Signature',
            algorithm: 'hmac-sha256',
            content: '{timestamp}.{body}',
            value: 't={timestamp},v1={signature}',
            repeat: ',v1={signature}',
          },
        ],
      },
      { secrets: ['whsec_new', 'whsec_old'] },
    );
    const [time, ...signatures] = (headers['stripe-signature'] ?? '').split(',');
    expect(time).toBe('t=1700000000');
    const expected = ['whsec_new', 'whsec_old'].map((secret) => {
      const hmac = createHmac('sha256', secret).update(`1700000000.${body}`, 'utf8');
      return `v1=${hmac.digest('hex')}`;
    });
    expect(signatures).toEqual(expected);
  });

  test('Shopify does, in base64', () => {
    const signature = {
      header: 'X-Shopify-Hmac-SHA256',
      algorithm: 'hmac-sha256',
      encoding: 'base64',
    } as const;
    const { body, headers } = write({ signatures: [signature] });
    const hmac = createHmac('sha256', 's3cret').update(Buffer.from(body));
    expect(headers['x-shopify-hmac-sha256']).toBe(hmac.digest('base64'));
  });

  test('Svix does: Standard Webhooks with the payload alone as the body', () => {
    const secrets = [createSecret(), createSecret()];
    const { body, headers } = write(
      {
        headers: { 'webhook-id': '{id}', 'webhook-timestamp': '{timestamp}' },
        signatures: [
          {
            header: 'webhook-signature',
            algorithm: 'hmac-sha256',
            encoding: 'base64',
            key: 'base64',
            content: '{id}.{timestamp}.{body}',
            value: 'v1,{signature}',
            repeat: ' v1,{signature}',
          },
        ],
      },
      { secrets, seconds: Math.floor(Date.now() / 1_000) },
    );
    for (const secret of secrets) {
      expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
    }
  });

  test('older systems do: SHA-1, SHA-512, the URL before the body, and the secret itself', () => {
    const { body, headers } = write({
      headers: { 'X-Time': '{timestampMs} {timestampIso} {eventTime}', 'X-Hook': '{webhookId}' },
      signatures: [
        { header: 'X-Hub-Signature', algorithm: 'hmac-sha1', value: 'sha1={signature}' },
        { header: 'X-Signature', algorithm: 'hmac-sha512', content: '{url}{body}' },
        { header: 'Authorization', algorithm: 'token', value: 'Bearer {secret}' },
      ],
    });
    const url = 'https://shop.example/hooks?source=x';
    expect(headers).toEqual({
      'x-time': '1700000000000 2023-11-14T22:13:20.000Z 2026-01-02T03:04:05.678Z',
      'x-hook': 'wh_1',
      'x-hub-signature': `sha1=${createHmac('sha1', 's3cret').update(body).digest('hex')}`,
      'x-signature': createHmac('sha512', 's3cret')
        .update(url + body)
        .digest('hex'),
      authorization: 'Bearer s3cret',
    });
  });
});

describe('a raw format', () => {
  const TOKEN = { header: 'X-Token', algorithm: 'token' } as const;

  test('with room for one signature signs with the oldest live secret', () => {
    const signatures = [TOKEN, { header: 'X-Signature', algorithm: 'hmac-sha256' } as const];
    const { body, headers } = write({ signatures }, { secrets: ['new', 'old'] });
    const signature = createHmac('sha256', 'old').update(body).digest('hex');
    expect(headers).toEqual({ 'x-token': 'old', 'x-signature': signature });
  });

  test('sends a secret beyond ASCII as its UTF-8', () => {
    const { headers } = write({ signatures: [TOKEN] }, { secrets: ['Grüße'] });
    expect(Buffer.from(headers['x-token'] ?? '', 'latin1').toString()).toBe('Grüße');
  });

  test('never gives away a private key, and never sends unsigned what is to be signed', () => {
    const { secret } = createKeyPair();
    expect(() => write({ signatures: [TOKEN] }, { secrets: [secret] })).toThrow("can't be signed");
    expect(() => write({ signatures: [TOKEN] }, { secrets: [] })).toThrow("can't be signed");
    const mixed = write({ signatures: [TOKEN] }, { secrets: ['shared', secret] });
    expect(mixed.headers).toEqual({ 'x-token': 'shared' });
    expect(write({}, { secrets: [] }).headers).toEqual({});
  });

  test('hides from people what is a secret, or may be', () => {
    const format = checkFormat({
      kind: 'raw',
      headers: { 'X-Event': '{type}', 'X-Key': 'abc', 'User-Agent': 'Hookshot' },
      signatures: [TOKEN, { header: 'X-Signature', algorithm: 'hmac-sha256' }],
    });
    expect(compileFormat(format).hiddenHeaders).toEqual(['x-key', 'x-token']);
  });
});
