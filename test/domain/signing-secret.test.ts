import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../src/domain/errors.js';
import {
  createKeyPair,
  createSecret,
  isSecretText,
  parseSecret,
  readSecret,
} from '../../src/domain/signing-secret.js';

describe('createSecret', () => {
  test('makes whsec_ and base64 of 32 bytes, another each time', () => {
    expect(createSecret()).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(createSecret()).not.toBe(createSecret());
    expect(parseSecret(createSecret(() => Buffer.alloc(32, 7)))).toMatchObject({
      scheme: 'v1',
      bytes: Buffer.alloc(32, 7),
    });
  });
});

describe('createKeyPair', () => {
  test('makes whsk_ and whpk_ of one Ed25519 key, another each time', () => {
    const { secret, publicKey } = createKeyPair();
    expect(secret).toMatch(/^whsk_[A-Za-z0-9+/]{86}==$/);
    expect(publicKey).toMatch(/^whpk_[A-Za-z0-9+/]{43}=$/);
    const both = Buffer.from(secret.slice(5), 'base64');
    expect(`whpk_${both.subarray(32).toString('base64')}`).toBe(publicKey);
    expect(parseSecret(secret)).toMatchObject({ scheme: 'v1a' });
    expect(createKeyPair().secret).not.toBe(secret);
  });
});

describe('parseSecret', () => {
  test.each([24, 25, 32, 64])('reads a secret of %i bytes', (size) => {
    const bytes = Buffer.alloc(size, 0xfb);
    const text = `whsec_${bytes.toString('base64')}`;
    expect(parseSecret(text)).toEqual({ scheme: 'v1', text, bytes });
  });

  test.each([
    ['no prefix', Buffer.alloc(32).toString('base64')],
    ['another prefix', `whpk_${Buffer.alloc(32).toString('base64')}`],
    ['half an Ed25519 key pair', `whsk_${Buffer.alloc(32, 1).toString('base64')}`],
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

describe('a secret of an existing system', () => {
  test('signs with its text, and one of Standard Webhooks with its bytes', () => {
    const text = "It's a Secret to Everybody";
    expect(readSecret(text)).toEqual({ scheme: 'v1', text, bytes: Buffer.from(text) });
    const standard = createSecret();
    expect(readSecret(standard)).toEqual(parseSecret(standard));
    expect(readSecret(createKeyPair().secret)).toMatchObject({ scheme: 'v1a' });
  });

  test.each([
    ['x', true],
    ['Grüße, “alle”', true],
    ['x'.repeat(512), true],
    ['', false],
    ['x'.repeat(513), false],
    ['a\nb', false],
    ['a\0', false],
    ['\ud800', false],
  ])('may be %j: %j', (text, fits) => {
    expect(isSecretText(text)).toBe(fits);
  });
});
