import { createPublicKey, verify as verifyWith } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../src/domain/errors.js';
import { sign, signatureHeaders } from '../../src/domain/signature.js';
import { createKeyPair, createSecret, parseSecret } from '../../src/domain/signing-secret.js';

const VECTOR = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestampSeconds: 1_614_265_330,
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

const base64Url = (base64: string) => Buffer.from(base64, 'base64').toString('base64url');

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

  test('makes v1a signatures that the public key verifies, beside v1 ones', () => {
    const { secret, publicKey } = createKeyPair();
    const secrets = [parseSecret(secret), parseSecret(VECTOR.secret)];
    const { id, timestampSeconds, body } = VECTOR;
    const [asymmetric = '', symmetric] = sign({ secrets, id, timestampSeconds, body }).split(' ');
    expect(symmetric).toBe(VECTOR.signature);
    const [scheme, signature = ''] = asymmetric.split(',');
    expect(scheme).toBe('v1a');
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: base64Url(publicKey.replace('whpk_', '')) },
      format: 'jwk',
    });
    const content = Buffer.from(`${id}.${timestampSeconds}.${body}`);
    expect(verifyWith(null, content, key, Buffer.from(signature, 'base64'))).toBe(true);
    expect(verifyWith(null, content.subarray(1), key, Buffer.from(signature, 'base64'))).toBe(
      false,
    );
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
