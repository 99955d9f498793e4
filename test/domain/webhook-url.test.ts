import { describe, expect, test } from 'vitest';
import { createAddressPolicy } from '../../src/domain/address.js';
import { BlockedAddressError, InvalidUrlError } from '../../src/domain/errors.js';
import { MAX_URL_LENGTH, parseWebhookUrl } from '../../src/domain/webhook-url.js';

const isPublic = createAddressPolicy({ allowCidrs: [] });
const isPublicOrLocal = createAddressPolicy({ allowCidrs: ['127.0.0.0/8', '::1/128'] });

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('parseWebhookUrl', () => {
  test.each([
    ['https://hooks.example.com/posthorn', 'https://hooks.example.com/posthorn'],
    ['http://example.com', 'http://example.com/'],
    ['HTTPS://EXAMPLE.com:8443/a?token=b', 'https://example.com:8443/a?token=b'],
    ['https://example.com.:443/', 'https://example.com./'],
    ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
    ['https://8.8.8.8/hook', 'https://8.8.8.8/hook'],
    ['https://[2606:4700:4700::1111]/hook', 'https://[2606:4700:4700::1111]/hook'],
    ['https://notlocalhost/', 'https://notlocalhost/'],
  ])('accepts %s', (input, href) => {
    expect(parseWebhookUrl(input, isPublic).href).toBe(href);
  });

  test.each([
    '',
    'example.com/hook',
    '/hook',
    'https://',
    'https:///',
    'http://.',
    'https://exa mple.com/',
    ' https://example.com/',
    'https://example.com/a\nb',
    'https://example.com/a\u0000b',
    'https://999.1.1.1/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'unix:/var/run/docker.sock',
    'https://example.com/#',
    'https://example.com/#part',
    'https://:@example.com:x/',
    `https://example.com/${'a'.repeat(MAX_URL_LENGTH)}`,
    `https://example.com/${'ä'.repeat(MAX_URL_LENGTH / 4)}`,
  ])('refuses %j and says what fits', (input) => {
    const error = errorOf(() => parseWebhookUrl(input, isPublic));
    expect(error).toBeInstanceOf(InvalidUrlError);
    expect(String(error)).toContain('https://hooks.example.com');
  });

  test.each([
    'https://ada:hunter2@example.com/',
    'https://ada@example.com/hunter2',
    'ada:hunter2@example.com',
    'ftp://ada:hunter2@example.com/',
    'https://ada:hunter2@exa mple.com/',
    'https://ada:hunter2@127.0.0.1/',
  ])('refuses the credentials in %s without showing them', (input) => {
    const error = errorOf(() => parseWebhookUrl(input, isPublic));
    expect(error).toBeInstanceOf(InvalidUrlError);
    expect(JSON.stringify([String(error), error])).not.toMatch(/ada|hunter2/);
  });

  test('refuses what is no text', () => {
    expect(() => parseWebhookUrl(undefined as unknown as string, isPublic)).toThrow(
      InvalidUrlError,
    );
  });

  test.each([
    'http://127.0.0.1/',
    'http://127.0.0.1./',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0x7f.0.0.1/',
    'http://0177.0.0.1/',
    'http://①②⑦.0.0.1/',
    'http://[::1]/',
    'http://[0:0:0:0:0:0:0:1]:8080/',
    'http://[::ffff:127.0.0.1]/',
    'http://localhost/',
    'http://LOCALHOST:3000/',
    'http://localhost./',
    'http://api.localhost/',
    'http://api.localhost../',
  ])('keeps %s from deliveries unless its address is allowed', (input) => {
    const error = errorOf(() => parseWebhookUrl(input, isPublic));
    expect(error).toBeInstanceOf(BlockedAddressError);
    expect(error).toHaveProperty('hint', expect.stringContaining('POSTHORN_ALLOW_CIDRS'));
    expect(parseWebhookUrl(input, isPublicOrLocal).href).toBe(new URL(input).href);
  });

  test.each([
    'http://10.0.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://192.168.1.1/',
    'http://0.0.0.0/',
    'http://0/',
    'http://[fd00::1]/',
    'http://[fe80::1]/',
    'http://[64:ff9b::a00:1]/',
    'http://[::127.0.0.1]/',
  ])('keeps %s from deliveries', (input) => {
    expect(() => parseWebhookUrl(input, isPublicOrLocal)).toThrow(BlockedAddressError);
  });
});
