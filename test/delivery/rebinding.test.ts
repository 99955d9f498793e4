import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createAddressPolicy } from '../../src/domain/address.js';
import { type DnsRecord, type DnsServer, startDnsServer } from '../support/dns-server.js';
import type { Receiver } from '../support/receiver.js';
import { requestTo, sendToFail, sendToSucceed, setupReceiver, setupSender } from './setup.js';

/** In these tests 127.0.0.1 stands for the public addresses, and 127.0.0.2 for the private ones. */
const isAllowed = createAddressPolicy({ allowCidrs: ['127.0.0.1/32'] });

const PUBLIC: DnsRecord = { type: 'A', data: '127.0.0.1' };
const PRIVATE: DnsRecord = { type: 'A', data: '127.0.0.2' };

async function setupDns(...parameters: Parameters<typeof startDnsServer>): Promise<DnsServer> {
  const server = await startDnsServer(...parameters);
  onTestFinished(() => server.close());
  return server;
}

/** A server that answers the records of the type asked for, whatever the name. */
function setupDnsOf(...records: DnsRecord[]): Promise<DnsServer> {
  return setupDns(({ type }) => records.filter((record) => fits(record, type)));
}

function fits(record: DnsRecord, type: string): boolean {
  return record.type === type || record.type === 'CNAME';
}

/** A receiver that lets no connection be kept. */
function setupForgetfulReceiver(): Promise<Receiver> {
  return setupReceiver({ respond: () => ({ headers: { connection: 'close' } }) });
}

function named(receiver: Receiver, name: string): string {
  return receiver.url.replace('127.0.0.1', name);
}

describe('a name', () => {
  test('is resolved once for a connection, so that what is judged is what is connected to', async () => {
    const receiver = await setupForgetfulReceiver();
    // Only the first answer is allowed: a second question for the same connection would be seen.
    const answers = [PUBLIC, PRIVATE, PRIVATE];
    const dns = await setupDns(({ type }) => (type === 'A' ? answers.splice(0, 1) : []));
    const sender = setupSender({ isAllowed, lookup: dns.lookup });
    await sendToSucceed(sender, requestTo(named(receiver, 'rebound.example')));
    expect(dns.questions.map(({ type }) => type).sort()).toEqual(['A', 'AAAA']);
    expect(receiver.count()).toBe(1);
  });

  test.each([0, 3_600])(
    'whose answer with a TTL of %i s changes is judged again at the next connection',
    async (ttl) => {
      const receiver = await setupForgetfulReceiver();
      const answers = [PUBLIC, PRIVATE, PUBLIC];
      const dns = await setupDns(({ type }) =>
        type === 'A' ? answers.splice(0, 1).map((record) => ({ ...record, ttl })) : [],
      );
      const sender = setupSender({ isAllowed, lookup: dns.lookup });
      const request = requestTo(named(receiver, 'rebound.example'));
      await sendToSucceed(sender, request);
      expect(await sendToFail(sender, request)).toMatchObject({
        errorClass: 'blocked',
        message: 'the address 127.0.0.2 is private or special, so no connection was made',
      });
      await sendToSucceed(sender, request);
      expect(receiver.count()).toBe(2);
    },
  );

  test.each<[string, DnsRecord[]]>([
    ['a private address after a public one', [PUBLIC, PRIVATE]],
    ['a private address before a public one', [PRIVATE, PUBLIC]],
    ['a private IPv6 address beside a public one', [PUBLIC, { type: 'AAAA', data: 'fd00::1' }]],
    ['the loopback address of IPv6', [PUBLIC, { type: 'AAAA', data: '::1' }]],
    ['a metadata service', [PUBLIC, { type: 'A', data: '168.63.129.16' }]],
    ['a mapped private address', [PUBLIC, { type: 'AAAA', data: '::ffff:7f00:2' }]],
    ['a compatible address', [PUBLIC, { type: 'AAAA', data: '::808:808' }]],
    ['a translated address', [PUBLIC, { type: 'AAAA', data: '64:ff9b::808:808' }]],
    [
      'another name of a private one',
      [
        { type: 'CNAME', data: 'internal.example' },
        { ...PRIVATE, name: 'internal.example' },
      ],
    ],
  ])('that is %s is not connected to', async (_case, records) => {
    const receiver = await setupReceiver();
    const dns = await setupDnsOf(...records);
    const sender = setupSender({ isAllowed, lookup: dns.lookup });
    const failure = await sendToFail(sender, requestTo(named(receiver, 'mixed.example')));
    expect(failure).toMatchObject({ errorClass: 'blocked', statusCode: null });
    expect(receiver.count()).toBe(0);
  });

  test('that is another name of a public one is connected to under its own', async () => {
    const receiver = await setupReceiver();
    const dns = await setupDnsOf(
      { type: 'CNAME', data: 'elsewhere.example' },
      { ...PUBLIC, name: 'elsewhere.example' },
      { type: 'AAAA', data: '::ffff:7f00:1', name: 'elsewhere.example' },
    );
    const sender = setupSender({ isAllowed, lookup: dns.lookup });
    await sendToSucceed(sender, requestTo(named(receiver, 'alias.example')));
    expect(receiver.requests[0]?.headers.host).toMatch(/^alias\.example:/);
  });

  test('without addresses fails as dns', async () => {
    const dns = await setupDnsOf();
    const sender = setupSender({ isAllowed, lookup: dns.lookup });
    const failure = await sendToFail(sender, requestTo('http://empty.example/'));
    expect(failure).toMatchObject({
      errorClass: 'dns',
      message: expect.stringContaining('ENODATA'),
    });
  });
});

describe('a kept connection', () => {
  test('serves the name that it was made for and no other, whatever both resolve to', async () => {
    const receiver = await setupReceiver();
    const dns = await setupDnsOf(PUBLIC);
    const sender = setupSender({ isAllowed, lookup: dns.lookup });
    for (const name of ['a.example', 'b.example', 'a.example', 'b.example']) {
      await sendToSucceed(sender, requestTo(named(receiver, name)));
    }
    const { port } = new URL(receiver.url);
    expect(receiver.requests.map(({ headers, connection }) => [headers.host, connection])).toEqual([
      [`a.example:${port}`, 1],
      [`b.example:${port}`, 2],
      [`a.example:${port}`, 1],
      [`b.example:${port}`, 2],
    ]);
  });

  test('is not used for a name that resolves to a private address, not even while many wait', async () => {
    const receiver = await setupReceiver();
    const dns = await setupDns(({ name, type }) =>
      type === 'A' ? [name === 'a.example' ? PUBLIC : PRIVATE] : [],
    );
    const sender = setupSender({ isAllowed, lookup: dns.lookup, maxSocketsPerHost: 1 });
    const toA = requestTo(named(receiver, 'a.example'));
    const toB = requestTo(named(receiver, 'b.example'));
    await sendToSucceed(sender, toA);
    const many = Array.from({ length: 10 }, async () => {
      await Promise.all([sendToSucceed(sender, toA), sendToFail(sender, toB)]);
    });
    await Promise.all(many);
    expect((await sendToFail(sender, toB)).errorClass).toBe('blocked');
    expect(receiver.requests.every(({ headers }) => headers.host?.startsWith('a.'))).toBe(true);
    expect(receiver.count()).toBe(11);
  });

  test('stays with the address that was judged when its name is rebound', async () => {
    const receiver = await setupReceiver();
    let isRebound = false;
    const dns = await setupDns(({ type }) => (type === 'A' ? [isRebound ? PRIVATE : PUBLIC] : []));
    const sender = setupSender({ isAllowed, lookup: dns.lookup });
    await sendToSucceed(sender, requestTo(named(receiver, 'rebound.example')));
    isRebound = true;
    await sendToSucceed(sender, requestTo(named(receiver, 'rebound.example')));
    expect(receiver.requests.map(({ connection }) => connection)).toEqual([1, 1]);
    expect(dns.questions).toHaveLength(2);
  });
});

describe('the address that was connected to', () => {
  test.each(['http', 'https'])(
    'is judged once more before a byte is sent over %s',
    async (scheme) => {
      const heard: Buffer[] = [];
      let ended = 0;
      const server = net.createServer((socket) => {
        socket.on('data', (bytes) => heard.push(bytes));
        socket.on('error', () => socket.destroy());
        socket.on('close', () => {
          ended += 1;
        });
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      onTestFinished(() => {
        server.close();
      });
      const { port } = server.address() as AddressInfo;
      const dns = await setupDnsOf(PUBLIC);
      // A policy that changes its mind stands for a socket that ends up elsewhere.
      const verdicts = [true];
      const sender = setupSender({ isAllowed: () => verdicts.pop() ?? false, lookup: dns.lookup });
      const failure = await sendToFail(sender, requestTo(`${scheme}://elsewhere.example:${port}/`));
      expect(failure).toMatchObject({
        errorClass: 'blocked',
        message: 'the address 127.0.0.1 is private or special, so no connection was made',
      });
      await expect.poll(() => ended, { timeout: 5_000 }).toBe(1);
      expect(Buffer.concat(heard)).toHaveLength(0);
    },
  );
});
