import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../src/domain/errors.js';
import { createSecret, parseSecret, sign, signatureHeaders } from '../../src/domain/signature.js';

const VECTOR = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestampSeconds: 1_614_265_330,
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

function nowSeconds(): number {
  return Math.floor(Date.now() / 1_000);
}

describe('sign', () => {
  test('makes the signature of the Standard Webhooks example', () => {
    const { secret, signature, ...input } = VECTOR;
    expect(sign({ ...input, secrets: [parseSecret(secret)] })).toBe(signature);
  });

  test('makes one signature for each secret in the order given', () => {
    const secrets = [parseSecret(createSecret()), parseSecret(VECTOR.secret)];
    const { id, timestampSeconds, body } = VECTOR;
    const signatures = sign({ secrets, id, timestampSeconds, body }).split(' ');
    expect(signatures).toHaveLength(2);
    expect(signatures[1]).toBe(VECTOR.signature);
  });

  test('refuses to sign with no secret', () => {
    const { id, timestampSeconds, body } = VECTOR;
    expect(() => sign({ secrets: [], id, timestampSeconds, body })).toThrow(InvalidInputError);
  });
});

describe('signatureHeaders', () => {
  test('makes headers that an independent receiver verifies, for any body', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (body) => {
        const [old, current] = [createSecret(), createSecret()];
        const headers = signatureHeaders({
          secrets: [parseSecret(current), parseSecret(old)],
          id: 'evt_1',
          timestampSeconds: nowSeconds(),
          body,
        });
        for (const secret of [old, current]) {
          new Webhook(secret).verify(Buffer.from(body), { ...headers }, { jsonParse: false });
        }
      }),
      { numRuns: 50 },
    );
  });

  test('makes headers that fit neither another body nor another secret', () => {
    const secret = createSecret();
    const headers = signatureHeaders({
      secrets: [parseSecret(secret)],
      id: 'evt_1',
      timestampSeconds: nowSeconds(),
      body: '{"name":"Zoë"}',
    });
    const verify = (withSecret: string, body: string) =>
      new Webhook(withSecret).verify(body, { ...headers });
    expect(verify(secret, '{"name":"Zoë"}')).toEqual({ name: 'Zoë' });
    expect(() => verify(secret, '{"name":"Zoe"}')).toThrow('No matching signature');
    expect(() => verify(createSecret(), '{"name":"Zoë"}')).toThrow('No matching signature');
  });
});

describe('createSecret', () => {
  test('makes whsec_ and base64 of 32 bytes, another each time', () => {
    expect(createSecret()).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(createSecret()).not.toBe(createSecret());
    expect(parseSecret(createSecret(() => Buffer.alloc(32, 7)))).toEqual(Buffer.alloc(32, 7));
  });
});

describe('parseSecret', () => {
  test.each([24, 25, 32, 64])('reads a secret of %i bytes', (size) => {
    const bytes = Buffer.alloc(size, 0xfb);
    expect(parseSecret(`whsec_${bytes.toString('base64')}`)).toEqual(bytes);
  });

  test.each([
    ['no prefix', Buffer.alloc(32).toString('base64')],
    ['another prefix', `whpk_${Buffer.alloc(32).toString('base64')}`],
    ['too few bytes', `whsec_${Buffer.alloc(23, 1).toString('base64')}`],
    ['too many bytes', `whsec_${Buffer.alloc(65, 1).toString('base64')}`],
    ['no bytes', 'whsec_'],
    ['nothing', ''],
    ['characters that are no base64', `whsec_${'äöü!'.repeat(12)}`],
    ['a stray space', `whsec_ ${Buffer.alloc(32).toString('base64')}`],
    ['base64url', `whsec_${Buffer.alloc(32, 0xfb).toString('base64url')}`],
  ])('refuses %s without showing the secret', (_fault, secret) => {
    let error: unknown;
    try {
      parseSecret(secret);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(InvalidInputError);
    if (secret.length > 10) expect(String(error)).not.toContain(secret.slice(6));
  });
});
