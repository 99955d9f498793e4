import { describe, expect, test } from 'vitest';
import { InvalidSettingsError, SecretKeyError } from '../../src/domain/errors.js';
import { createSecretBox, createSecretKey } from '../../src/domain/secret-box.js';

describe('a secret box', () => {
  const box = createSecretBox(createSecretKey());

  test('opens what it sealed, and seals the same secret differently each time', () => {
    const sealed = box.seal('whsec_abc');
    expect(box.open(sealed)).toBe('whsec_abc');
    expect(sealed).not.toContain('whsec');
    expect(box.seal('whsec_abc')).not.toBe(sealed);
  });

  test('opens what was sealed for a purpose for that alone', () => {
    const sealed = box.seal('a session', 'session');
    expect(box.open(sealed, 'session')).toBe('a session');
    for (const purpose of ['', 'sessions']) {
      expect(() => box.open(sealed, purpose)).toThrow(SecretKeyError);
    }
    expect(() => box.open(box.seal('a session'), 'session')).toThrow(SecretKeyError);
  });

  test('does not open what another key sealed, and says so without the secret', () => {
    const sealed = createSecretBox(createSecretKey()).seal('whsec_abc');
    expect(() => box.open(sealed)).toThrow(SecretKeyError);
    expect(() => box.open(sealed)).toThrow(/sealed with the key [0-9a-f]{8}/);
  });

  test('opens what a former key sealed, and knows which key sealed it', () => {
    const [former, present] = [createSecretKey(), createSecretKey()];
    const before = createSecretBox(former).seal('whsec_abc');
    const now = createSecretBox(present, [createSecretKey(), former]);
    expect(now.open(before)).toBe('whsec_abc');
    expect(now.isPresent(before)).toBe(false);
    expect(now.isPresent(now.seal('whsec_abc'))).toBe(true);
    expect(() => createSecretBox(present).open(before)).toThrow(SecretKeyError);
  });

  test('does not open a secret whose tag was cut short', () => {
    const [version, keyId, nonce, tag = '', text] = box.seal('whsec_abc').split('.');
    const cut = [version, keyId, nonce, tag.slice(0, 6), text].join('.');
    expect(() => box.open(cut)).toThrow(SecretKeyError);
  });

  test.each([
    ['another form', 'whsec_plain'],
    ['a changed end', `${box.seal('whsec_abc').slice(0, -2)}AA`],
  ])('does not open %s', (_name, sealed) => {
    expect(() => box.open(sealed)).toThrow(SecretKeyError);
  });

  test.each([
    '',
    'short',
    Buffer.alloc(31).toString('base64'),
    Buffer.alloc(33).toString('base64'),
  ])('refuses the key %j', (key) => {
    expect(() => createSecretBox(key)).toThrow(InvalidSettingsError);
  });
});
