import type { LookupAddress } from 'node:dns';
import net, { type LookupFunction } from 'node:net';
import { describe, expect, test } from 'vitest';
import { guardLookup } from '../../src/delivery/guard.js';
import { createAddressPolicy } from '../../src/domain/address.js';
import type { Receiver } from '../support/receiver.js';
import { requestTo, sendToFail, sendToSucceed, setupReceiver, setupSender } from './setup.js';

const isPublic = createAddressPolicy({ allowCidrs: [] });

/** A resolver that answers the same to every question, and counts them. */
function resolverOf(...addresses: string[]) {
  const asked: string[] = [];
  const lookup: LookupFunction = (name, _options, callback) => {
    asked.push(name);
    const answers = addresses.map((address) => ({ address, family: net.isIP(address) }));
    setImmediate(callback, null, answers);
  };
  return { lookup, asked };
}

/** The receiver's URL under a name. */
function named(receiver: Receiver, name: string): string {
  return receiver.url.replace('127.0.0.1', name);
}

describe('the guard', () => {
  test.each(['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1'])(
    'makes no connection to the literal %s',
    async (host) => {
      const receiver = await setupReceiver();
      const sender = setupSender({ isAllowed: isPublic });
      for (const url of [named(receiver, host), named(receiver, host).replace('http', 'https')]) {
        const failure = await sendToFail(sender, requestTo(url));
        expect(failure).toMatchObject({ errorClass: 'blocked', statusCode: null });
        expect(failure.message).toMatch(
          /^the address (127\.0\.0\.1|::1|::ffff:7f00:1) is private or special, so no connection was made$/,
        );
      }
      expect(receiver.count()).toBe(0);
    },
  );

  test('makes no connection to a name that resolves to a private address', async () => {
    const receiver = await setupReceiver();
    const { lookup } = resolverOf('127.0.0.1');
    const sender = setupSender({ isAllowed: isPublic, lookup });
    const failure = await sendToFail(sender, requestTo(named(receiver, 'hooks.example')));
    expect(failure).toMatchObject({
      errorClass: 'blocked',
      message: 'the address 127.0.0.1 is private or special, so no connection was made',
    });
    expect(receiver.count()).toBe(0);
  });

  test.each([
    [['127.0.0.1', '10.0.0.1']],
    [['10.0.0.1', '127.0.0.1']],
    [['127.0.0.1', '::ffff:10.0.0.1']],
    [['127.0.0.1', 'fd00::1']],
    [['127.0.0.1', 'no address']],
  ])('makes no connection to a name that resolves to the mix %j', async (addresses) => {
    const receiver = await setupReceiver();
    const sender = setupSender({ lookup: resolverOf(...addresses).lookup });
    const failure = await sendToFail(sender, requestTo(named(receiver, 'hooks.example')));
    expect(failure.errorClass).toBe('blocked');
    expect(receiver.count()).toBe(0);
  });

  test('checks the name localhost by what it resolves to', async () => {
    const receiver = await setupReceiver();
    const blocking = setupSender({ isAllowed: isPublic });
    const failure = await sendToFail(blocking, requestTo(named(receiver, 'localhost')));
    expect(failure.errorClass).toBe('blocked');
    expect(receiver.count()).toBe(0);
    await sendToSucceed(setupSender(), requestTo(named(receiver, 'localhost')));
  });

  test('connects to a name whose addresses are allowed, and asks once while the connection is kept', async () => {
    const receiver = await setupReceiver();
    const { lookup, asked } = resolverOf('127.0.0.1');
    const sender = setupSender({ lookup });
    await sendToSucceed(sender, requestTo(named(receiver, 'hooks.example')));
    await sendToSucceed(sender, requestTo(named(receiver, 'hooks.example')));
    expect(asked).toEqual(['hooks.example']);
    expect(receiver.requests[0]?.headers.host).toBe(`hooks.example:${new URL(receiver.url).port}`);
  });

  test('checks again when a new connection is made', async () => {
    const receiver = await setupReceiver({ respond: () => ({ headers: { connection: 'close' } }) });
    const answers = [['127.0.0.1'], ['169.254.169.254']];
    const lookup: LookupFunction = (_name, _options, callback) => {
      const addresses = answers.shift() ?? [];
      callback(
        null,
        addresses.map((address) => ({ address, family: 4 })),
      );
    };
    const sender = setupSender({ lookup });
    await sendToSucceed(sender, requestTo(named(receiver, 'hooks.example')));
    const failure = await sendToFail(sender, requestTo(named(receiver, 'hooks.example')));
    expect(failure.message).toContain('169.254.169.254');
    expect(receiver.count()).toBe(1);
  });

  test('tries the next address where one refuses', async () => {
    const receiver = await setupReceiver();
    const { lookup } = resolverOf('127.0.0.2', '::1', '127.0.0.1');
    await sendToSucceed(setupSender({ lookup }), requestTo(named(receiver, 'hooks.example')));
    expect(receiver.count()).toBe(1);
  });

  test('fails as refused where every address refuses', async () => {
    const receiver = await setupReceiver();
    const { lookup } = resolverOf('127.0.0.2', '127.0.0.3');
    const sender = setupSender({ lookup });
    const failure = await sendToFail(sender, requestTo(named(receiver, 'hooks.example')));
    expect(failure.errorClass).toBe('refused');
  });
});

describe('a name that does not resolve', () => {
  test('fails as dns', async () => {
    const failure = await sendToFail(
      setupSender(),
      requestTo('http://posthorn.invalid:8080/hook?secret=1'),
    );
    expect(failure).toMatchObject({ errorClass: 'dns', statusCode: null });
    expect(failure.message).toMatch(
      /^the name of posthorn\.invalid:8080 did not resolve \((ENOTFOUND|EAI_AGAIN)\)$/,
    );
  });

  test.each<[string, LookupFunction]>([
    ['has no address', (_name, _options, callback) => callback(null, [])],
    [
      'is refused by its servers',
      (_name, _options, callback) =>
        callback(Object.assign(new Error('query refused'), { code: 'EREFUSED' }), []),
    ],
    [
      'breaks the resolver',
      () => {
        throw new TypeError('the resolver is broken');
      },
    ],
  ])('because it %s fails as dns', async (_case, lookup) => {
    const failure = await sendToFail(setupSender({ lookup }), requestTo('http://hooks.example/'));
    expect(failure.errorClass).toBe('dns');
  });

  test('because it is longer than names are is not even asked for', async () => {
    const { lookup, asked } = resolverOf('127.0.0.1');
    const url = `http://0x${'0'.repeat(246)}7f000001.example.com/`;
    expect(await sendToFail(setupSender({ lookup }), requestTo(url))).toMatchObject({
      errorClass: 'dns',
      message: expect.stringContaining('ENAMETOOLONG'),
    });
    expect(asked).toEqual([]);
  });

  test('is not the endpoint’s fault where this process has no file descriptor left', async () => {
    const lookup: LookupFunction = (_name, _options, callback) =>
      callback(Object.assign(new Error('too many open files'), { code: 'EMFILE' }), []);
    const attempt = setupSender({ lookup }).send(requestTo('http://hooks.example/'));
    await expect(attempt).rejects.toThrow('this process could not open a connection (EMFILE)');
  });
});

describe('guardLookup', () => {
  const isAllowed = createAddressPolicy({ allowCidrs: ['127.0.0.0/8'] });

  test('shares one question between sockets that ask for a name at the same time', async () => {
    const { lookup, asked } = resolverOf('127.0.0.1', '127.0.0.2');
    const guarded = guardLookup({ lookup, isAllowed });
    const ask = (name: string) =>
      new Promise<string | LookupAddress[]>((resolve, reject) => {
        guarded(name, { all: true }, (error, answer) => (error ? reject(error) : resolve(answer)));
      });
    const answers = await Promise.all([ask('a.example'), ask('a.example'), ask('b.example')]);
    expect(answers.map((answer) => answer.length)).toEqual([2, 2, 2]);
    expect(asked).toEqual(['a.example', 'b.example']);
    await ask('a.example');
    expect(asked).toEqual(['a.example', 'b.example', 'a.example']);
  });

  test('answers one address where the socket wants one, having checked them all', async () => {
    const one = (...addresses: string[]) =>
      new Promise((resolve) => {
        const guarded = guardLookup({ lookup: resolverOf(...addresses).lookup, isAllowed });
        guarded('a.example', {}, (error, address, family) =>
          resolve(error ? error.message : [address, family]),
        );
      });
    expect(await one('127.0.0.1', '127.0.0.2')).toEqual(['127.0.0.1', 4]);
    expect(await one('127.0.0.1', '10.0.0.1')).toBe('deliveries may not reach 10.0.0.1');
  });

  test('bears a resolver that answers one address', async () => {
    const guarded = guardLookup({
      lookup: (_name, _options, callback) => callback(null, '127.0.0.1', 4),
      isAllowed,
    });
    const answer = await new Promise((resolve) => {
      guarded('a.example', { all: true }, (_error, addresses) => resolve(addresses));
    });
    expect(answer).toEqual([{ address: '127.0.0.1', family: 4 }]);
  });
});
