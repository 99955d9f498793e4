import http from 'node:http';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requestHeaders } from '../../src/delivery/request-headers.js';
import { isReservedHeader } from '../../src/domain/header-rules.js';
import { requestTo, sendToSucceed, setupReceiver, setupSender } from './setup.js';

const SIGNATURE = {
  'webhook-id': 'evt_1',
  'webhook-timestamp': '1614265330',
  'webhook-signature': 'v1,c2lnbmF0dXJl',
};

const OWN_OF_THE_DELIVERY = {
  'content-type': 'application/json',
  'user-agent': 'Posthorn/0.0.0-test',
  ...SIGNATURE,
};

function headersFrom(own: Record<string, unknown> | null): Record<string, string> {
  return requestHeaders({ own, message: SIGNATURE, userAgent: 'Posthorn/0.0.0-test' });
}

/** Names that mean something, in any case of letters, and names at random. */
const name = fc.oneof(
  fc
    .constantFrom(
      ...['webhook-id', 'webhook-signature', 'webhook-x', 'host', 'content-length', 'content-type'],
      ...['user-agent', 'connection', 'keep-alive', 'proxy-authorization', 'te', 'trailer'],
      ...[
        'transfer-encoding',
        'upgrade',
        'http2-settings',
        'expect',
        '__proto__',
        'x-own',
        'cookie',
      ],
    )
    .chain((known) => fc.mixedCase(fc.constant(known))),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('x\r\ny', 'x: y', 'x\0', ' x', 'toString', 'hasOwnProperty'),
);

const value = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('a\r\nwebhook-id: evt_forged', '\n', '\0', 'ü', '\u{1f4ef}'),
  fc.constantFrom<unknown>(null, 1, {}, ['a']),
);

/** Own properties whatever their names, as JSON has them. */
const own = fc
  .array(fc.tuple(name, value), { maxLength: 8 })
  .map((entries): Record<string, unknown> => Object.fromEntries(entries));

describe('the headers of a delivery', () => {
  test('are the delivery’s whatever the webhook’s own say, and HTTP takes every one', () => {
    fc.assert(
      fc.property(own, (given) => {
        const headers = headersFrom(given);
        expect(headers).toMatchObject(OWN_OF_THE_DELIVERY);
        expect(Object.getPrototypeOf(headers)).toBe(Object.prototype);
        for (const [key, text] of Object.entries(headers)) {
          expect(key).toBe(key.toLowerCase());
          expect(() => http.validateHeaderName(key)).not.toThrow();
          expect(text).toMatch(/^[\x20-\x7e]*$/);
          expect(key in OWN_OF_THE_DELIVERY || !isReservedHeader(key), key).toBe(true);
        }
      }),
    );
  });

  test('keep what is fit beside what is not', () => {
    fc.assert(
      fc.property(own, (given) => {
        const fit = { 'X-Kept': 'yes', Authorization: 'Bearer x', cookie: 'a=b' };
        expect(headersFrom({ ...given, ...fit })).toMatchObject({
          'x-kept': 'yes',
          authorization: 'Bearer x',
          cookie: 'a=b',
        });
      }),
    );
  });

  test('are the delivery’s alone where a row has none', () => {
    expect(headersFrom(null)).toEqual(OWN_OF_THE_DELIVERY);
    expect(headersFrom({})).toEqual(OWN_OF_THE_DELIVERY);
  });

  test('leave out what could split a request or reach a prototype, and the delivery is made', async () => {
    const receiver = await setupReceiver();
    const headers = JSON.parse(
      '{"__proto__": "x", "constructor": "x", "x-split": "a\\r\\nx-forged: 1", "x-own": "kept", "bad name": "x"}',
    );
    await sendToSucceed(setupSender(), requestTo(receiver.url, { headers }));
    const { 'x-own': kept, ...rest } = receiver.requests[0]?.headers ?? {};
    expect(kept).toBe('kept');
    expect(Object.keys(rest).sort()).toEqual([
      'connection',
      'content-length',
      'content-type',
      'host',
      'user-agent',
      'webhook-id',
      'webhook-signature',
      'webhook-timestamp',
    ]);
  });
});
