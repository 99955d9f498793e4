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

  test('does not open what another key sealed, and says so without the secret', () => {
    const sealed = createSecretBox(createSecretKey()).seal('whsec_abc');
    expect(() => box.open(sealed)).toThrow(SecretKeyError);
    expect(() => box.open(sealed)).toThrow(/sealed with the key [0-9a-f]{8}/);
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
