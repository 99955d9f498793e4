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
    'https://example..com/',
    'https://.example.com/',
    `https://${'a'.repeat(64)}.example/`,
    `https://${'a.'.repeat(126)}toolong/`,
    'https://[fe80::1%25eth0]/',
    'https://local\u200dhost/',
    'https://[::ffff:0x7f.1]/',
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
    'http://１２７。０。０。１/',
    'http://127．0｡0.1/',
    'http://²¹³0706433/',
    'http://%31%32%37.0.0.1/',
    'http://0x7f.1/',
    'http://0x7F000001./',
    'http://017700000001/',
    'http://127.0.0.1../',
    'http://0177.0x0.1/',
    'http://[::1]/',
    'http://[0:0:0:0:0:0:0:1]:8080/',
    'http://[::ffff:127.0.0.1]/',
    'http://localhost/',
    'http://LOCALHOST:3000/',
    'http://localhost./',
    'http://api.localhost/',
    'http://api.localhost../',
    'http://ⓛocalhost/',
    'http://ｌｏｃａｌｈｏｓｔ。/',
    'http://local\u00adhost/',
    'http://local\u200bhost/',
    'http://local\u2060host/',
    'http://localhost%2e/',
    'http://%6c%6fcalhost/',
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
    'http://[64:ff9b:1::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[2001:0:7f00:1::]/',
    'http://[2606:4700::5efe:127.0.0.1]/',
    'http://[::ffff:169.254.169.254]/',
    'http://[fd00:ec2::254]/',
    'http://168.63.129.16/',
    'http://100.100.100.200/',
    'http://192.0.0.192/',
    'http://metadata.google.internal/computeMetadata/v1/',
    'http://METADATA.google.internal.:80/',
    'http://ｍetadata。google。internal/',
    'http://meta\u00addata/',
    'http://metadata../',
    'http://instance-data/latest/',
    'http://metadata.azure.internal/',
  ])('keeps %s from deliveries', (input) => {
    expect(() => parseWebhookUrl(input, isPublicOrLocal)).toThrow(BlockedAddressError);
  });

  test.each([
    'http://printer.local/',
    'http://api.corp.internal./',
    'http://nas.home.arpa/',
    'http://intranet/',
    'http://metadata.example.com/',
    'http://notmetadata/',
    'http://xn--lcalhost-5ue/',
  ])('leaves %s to what its name resolves to', (input) => {
    expect(parseWebhookUrl(input, isPublic).href).toBe(input);
  });

  test('refuses the name of a metadata service also where private addresses are allowed', () => {
    const isAnywhere = createAddressPolicy({ allowCidrs: ['0.0.0.0/0', '::/0'] });
    expect(() => parseWebhookUrl('http://metadata/', isAnywhere)).toThrow(
      "the URL's host metadata names the metadata service of a cloud, and deliveries go to public ones",
    );
  });

  test('refuses scheme and port that the rules refuse, and says so', () => {
    const rules = { httpsOnly: true, ports: [{ first: 443, last: 443 }] };
    const parse = (input: string) => parseWebhookUrl(input, isPublic, rules);
    expect(parse('https://example.com/').href).toBe('https://example.com/');
    expect(() => parse('http://example.com:443/')).toThrow(InvalidUrlError);
    expect(() => parse('http://example.com:443/')).toThrow(/the URL is not https/);
    expect(() => parse('https://example.com:8443/')).toThrow(InvalidUrlError);
    expect(() => parse('https://example.com:8443/')).toThrow(/the URL names port 8443/);
  });
});
