import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../src/domain/errors.js';
import { ANY_URL } from '../../src/domain/url-rules.js';
import { checkConfiguration } from '../../src/webhooks/configuration.js';

function check(headers: Record<string, string>) {
  return checkConfiguration({ headers }, () => true, ANY_URL).headers;
}

describe('the headers of a webhook', () => {
  test('may be any of its own, also those by which its endpoint knows it', () => {
    const headers = {
      Authorization: 'Bearer of-the-owner',
      cookie: 'session=1',
      'X-Team': 'blue & "green" ~',
      forwarded: '',
    };
    expect(check(headers)).toEqual(headers);
  });

  test.each([
    'webhook-id',
    'Webhook-Signature',
    'WEBHOOK-ANYTHING',
    'Host',
    'content-type',
    'Content-Length',
    'content-encoding',
    'CONTENT-MD5',
    'User-Agent',
    'connection',
    'Keep-Alive',
    'Proxy-Authorization',
    'proxy-connection',
    'TE',
    'Trailer',
    'transfer-encoding',
    'Upgrade',
    'HTTP2-Settings',
    'Expect',
  ])('can’t replace %s', (name) => {
    expect(() => check({ [name]: 'x' })).toThrow(InvalidInputError);
    expect(() => check({ [name]: 'x' })).toThrow(`${name} is set by Posthorn`);
  });

  test.each([
    '',
    'x y',
    'x:y',
    'x\r\ny',
    'x\n',
    'x\0',
    'grün',
    'x\u0130',
    '__proto__',
    '__PROTO__',
    'constructor',
    'Prototype',
    'toString',
    'x'.repeat(129),
  ])('can’t have the name %j', (name) => {
    const headers = JSON.parse(`{${JSON.stringify(name)}: "x"}`);
    expect(() => check(headers)).toThrow(InvalidInputError);
    expect(() => check(headers)).toThrow('is no header name');
  });

  test.each(['a\r\nb', 'a\n', '\ra', 'a\0b', 'a\tb', 'ü', '\u007f', 'a\u2028b', 'x'.repeat(1_025)])(
    'can’t have the value %j',
    (value) => {
      expect(() => check({ 'x-own': value })).toThrow(InvalidInputError);
      expect(() => check({ 'x-own': value })).toThrow('printable ASCII');
    },
  );

  test('can’t have a value that is no text, or one name twice', () => {
    expect(() => check({ 'x-own': 1 as unknown as string })).toThrow('printable ASCII');
    expect(() => check({ 'X-Own': 'a', 'x-own': 'b' })).toThrow('x-own is there twice');
  });

  test('never hold a line break or a byte outside ASCII once they are accepted', () => {
    const name = fc.oneof(fc.constantFrom('x-own', 'Authorization'), fc.string({ maxLength: 8 }));
    const value = fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.string({ unit: fc.constantFrom('a', ' ', '\r', '\n', '\0', 'ü', '~'), maxLength: 4 }),
    );
    fc.assert(
      fc.property(name, value, (givenName, givenValue) => {
        let accepted: object = {};
        try {
          accepted = Object(check({ [givenName]: givenValue }));
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInputError);
        }
        for (const entry of Object.entries(accepted).flat()) {
          expect(entry).toMatch(/^[\x20-\x7e]*$/);
        }
      }),
      { numRuns: 300 },
    );
  });
});
