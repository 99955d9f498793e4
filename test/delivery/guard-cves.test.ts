import type { LookupFunction } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createAddressPolicy } from '../../src/domain/address.js';
import {
  BlockedAddressError,
  InvalidInputError,
  InvalidUrlError,
} from '../../src/domain/errors.js';
import { ANY_URL } from '../../src/domain/url-rules.js';
import { parseWebhookUrl } from '../../src/domain/webhook-url.js';
import { checkConfiguration } from '../../src/webhooks/configuration.js';
import { requestTo, sendToFail, sendToSucceed, setupReceiver, setupSender } from './setup.js';

// What was published of others' guards, each with the input that passed them. The sentence says what went
// wrong there; none of it may happen here.

const isPublic = createAddressPolicy({ allowCidrs: [] });

describe('a host that passed another guard', () => {
  test.each([
    [
      'CVE-2020-28360',
      'private-ip knew private addresses by a pattern of text',
      '0000.0.0.0',
      '0.0.0.0',
    ],
    ['CVE-2021-28918', 'netmask read octal numbers as decimal ones', '012.0.0.1', '10.0.0.1'],
    ['CVE-2021-29424', 'Net::Netmask dropped leading zeros', '0254.020.0.1', '172.16.0.1'],
    ['CVE-2021-29921', 'Python’s ipaddress dropped leading zeros', '0177.0.0.1', '127.0.0.1'],
    ['CVE-2021-29922', 'Rust’s std::net dropped leading zeros', '0300.0250.0.1', '192.168.0.1'],
    ['CVE-2021-29923', 'Go’s net dropped leading zeros', '00000012.0.0.1', '10.0.0.1'],
    [
      'CVE-2022-43551',
      'curl looked a host up before its dots were converted',
      '127。0。0。1',
      '127.0.0.1',
    ],
    ['CVE-2023-42282', 'ip called hexadecimal numbers public', '0x7f.1', '127.0.0.1'],
    ['CVE-2024-29415', 'ip called short forms public', '127.1', '127.0.0.1'],
    ['CVE-2024-29415', 'ip called one octal number public', '01200034567', '10.0.57.119'],
    ['CVE-2024-29415', 'ip called octal parts public', '012.1.2.3', '10.1.2.3'],
    ['CVE-2024-29415', 'ip called a loopback address in full public', '[000:0:0000::01]', '::1'],
    ['CVE-2024-29415', 'ip compared ffff in lower case', '[::fFFf:127.0.0.1]', '::ffff:7f00:1'],
    ['CVE-2025-59436', 'ip called a long octal number public', '017700000001', '127.0.0.1'],
    ['CVE-2025-59437', 'ip called the null route public', '0', '0.0.0.0'],
    ['CVE-2025-8267', 'ssrfcheck forgot multicast', '224.0.0.1', '224.0.0.1'],
    ['CVE-2026-33480', 'AVideo forgot mapped addresses', '[::ffff:10.0.0.1]', '::ffff:a00:1'],
    [
      'CVE-2026-43929',
      'ssrfcheck knew mapped ones with dots alone',
      '[::ffff:169.254.169.254]',
      '::ffff:a9fe:a9fe',
    ],
    ['CVE-2026-44232', 'dssrf looked at no IPv6 address', '[fe80::1]', 'fe80::1'],
    ['CVE-2026-44232', 'dssrf looked at no IPv6 address', '[fd12:3456::1]', 'fd12:3456::1'],
  ])(
    'is refused at registration and at connection, unlike %s: %s (%s)',
    async (_number, _what, host, address) => {
      const url = `http://${host}:8080/`;
      expect(() => parseWebhookUrl(url, isPublic)).toThrow(BlockedAddressError);
      expect(() => parseWebhookUrl(url, isPublic)).toThrow(
        `host ${address} is a private or special`,
      );
      const sender = setupSender({ isAllowed: isPublic });
      expect(await sendToFail(sender, requestTo(url))).toMatchObject({
        errorClass: 'blocked',
        message: `the address ${address} is private or special, so no connection was made`,
      });
    },
  );

  test.each([
    ['CVE-2021-29418', 'netmask read an octal digit of 9', 'http://0300.0250.0.09/'],
    [
      'CVE-2023-26159',
      'follow-redirects read what URL refuses with an older parser',
      'http://[localhost]/',
    ],
    [
      'CVE-2024-24806',
      'libuv cut a long name to an address',
      `http://0x${'0'.repeat(246)}7f000001.example.com/`,
    ],
  ])('is no host at all, unlike %s: %s', async (_number, _what, url) => {
    expect(() => parseWebhookUrl(url, isPublic)).toThrow(InvalidUrlError);
    const asked: string[] = [];
    const lookup: LookupFunction = (name, _options, callback) => {
      asked.push(name);
      callback(null, '127.0.0.1', 4);
    };
    const failure = await sendToFail(setupSender({ lookup }), requestTo(url));
    expect(['dns', 'protocol']).toContain(failure.errorClass);
    expect(asked).toEqual([]);
  });
});

test('CVE-2026-27127: a name is not resolved once for the check and again for the connection', async () => {
  const receiver = await setupReceiver();
  const answers = ['127.0.0.1', '127.0.0.2'];
  const lookup: LookupFunction = (_name, _options, callback) => {
    callback(null, answers.shift() ?? '127.0.0.2', 4);
  };
  const isAllowed = createAddressPolicy({ allowCidrs: ['127.0.0.1/32'] });
  const url = receiver.url.replace('127.0.0.1', 'rebound.example');
  await sendToSucceed(setupSender({ isAllowed, lookup }), requestTo(url));
  expect(answers).toEqual(['127.0.0.2']);
});

describe('a redirect', () => {
  test.each([
    ['CVE-2022-0155', 'follow-redirects took the cookie along', { cookie: 'session=1' }],
    ['CVE-2023-45289', 'Go took credentials to subdomains', { authorization: 'Bearer x' }],
    ['CVE-2026-40895', 'follow-redirects took keys in other headers along', { 'x-api-key': 'x' }],
  ])('is not followed, unlike %s: %s', async (_number, _what, headers) => {
    const other = await setupReceiver();
    const receiver = await setupReceiver({
      respond: () => ({ status: 307, headers: { location: `${other.url}/stolen` } }),
    });
    const failure = await sendToFail(setupSender(), requestTo(receiver.url, { headers }));
    expect(failure).toMatchObject({ errorClass: 'redirect', statusCode: 307 });
    expect(other.count()).toBe(0);
  });

  test('and no URL leads to a socket file, unlike CVE-2022-33987: got followed one to a UNIX socket', async () => {
    const location = 'http://unix:/var/run/docker.sock:/containers/json';
    const receiver = await setupReceiver({
      respond: () => ({ status: 302, headers: { location } }),
    });
    const sender = setupSender();
    expect((await sendToFail(sender, requestTo(receiver.url))).errorClass).toBe('redirect');
    expect((await sendToFail(sender, requestTo(location))).errorClass).toBe('protocol');
    for (const url of [location, 'unix:/var/run/docker.sock:/']) {
      expect(() => parseWebhookUrl(url, isPublic)).toThrow(InvalidUrlError);
    }
  });
});

describe('a header', () => {
  test.each([
    ['CVE-2023-23936', 'undici checked no line break in host', { host: '12 \r\n\r\naaa:aaa' }],
    [
      'CVE-2024-28849',
      'follow-redirects took it to other hosts',
      { 'Proxy-Authorization': 'Basic x' },
    ],
    [
      'CVE-2025-6454',
      'GitLab let own headers reach a proxy',
      { 'x-own': 'a\r\nProxy-Connection: x' },
    ],
    [
      'CVE-2026-1525',
      'undici sent both spellings',
      { 'Content-Length': '1', 'content-length': '9' },
    ],
  ])(
    'is refused at registration and left out of a delivery, unlike %s: %s',
    async (_number, _what, headers) => {
      const check = () => checkConfiguration({ headers: { ...headers } }, isPublic, ANY_URL);
      expect(check).toThrow(InvalidInputError);
      const receiver = await setupReceiver();
      const request = requestTo(receiver.url, { headers: { ...headers } });
      await sendToSucceed(setupSender(), request);
      const [received] = receiver.requests;
      expect(received?.headers).toMatchObject({
        host: new URL(receiver.url).host,
        'content-length': String(Buffer.byteLength(request.body)),
      });
      for (const name of ['aaa', 'proxy-authorization', 'proxy-connection', 'x-own']) {
        expect(received?.headers).not.toHaveProperty(name);
      }
    },
  );
});

test('CVE-2026-44492: no spelling of an address sends a request through a proxy', async () => {
  const proxy = await setupReceiver();
  const receiver = await setupReceiver();
  for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY']) vi.stubEnv(name, proxy.url);
  vi.stubEnv('NO_PROXY', '127.0.0.1');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const url = receiver.url.replace('127.0.0.1', '[::ffff:127.0.0.1]');
  await sendToSucceed(setupSender(), requestTo(url));
  expect([proxy.count(), receiver.count()]).toEqual([0, 1]);
});
