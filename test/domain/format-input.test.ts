import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../src/domain/errors.js';
import { checkFormat, type FormatInput } from '../../src/domain/format-input.js';
import { compileFormat } from '../../src/domain/message-format.js';
import { readSecret } from '../../src/domain/signing-secret.js';

const GITHUB = { header: 'X-Hub-Signature-256', algorithm: 'hmac-sha256' } as const;

/** What callers without types hand in. */
const check = (given: unknown) => checkFormat(given as FormatInput);
const raw = (rest: object) => check({ kind: 'raw', ...rest });
const signed = (rest: object) => raw({ signatures: [{ ...GITHUB, ...rest }] });

describe('checkFormat', () => {
  test('puts the defaults of a raw format in place', () => {
    expect(raw({})).toEqual({ kind: 'raw', headers: {}, signatures: [] });
    const token = { header: 'X-Gitlab-Token', algorithm: 'token' };
    expect(raw({ headers: { 'X-Event': '{type}' }, signatures: [GITHUB, token] })).toEqual({
      kind: 'raw',
      headers: { 'X-Event': '{type}' },
      signatures: [
        { ...GITHUB, encoding: 'hex', key: 'text', content: '{body}', value: '{signature}' },
        { ...token, value: '{secret}' },
      ],
    });
    for (const kind of ['standard', 'slack', 'discord']) expect(check({ kind })).toEqual({ kind });
  });

  test('reads back what it wrote', () => {
    const format = signed({ value: 't={timestamp},v1={signature}', repeat: ',v1={signature}' });
    expect(check(format)).toEqual(format);
  });

  test('lets a raw format have the headers of Posthorn’s own requests, and braces that name nothing', () => {
    const headers = {
      'webhook-id': '{id}',
      'User-Agent': 'Hookshot/1',
      'content-type': 'application/vnd.api+json; charset=utf-8',
      'X-Json': '{"a": {}, "{id}": 1}',
    };
    expect(raw({ headers })).toMatchObject({ headers });
  });

  test.each<[unknown, string]>([
    ['slack', 'format: not a plain object'],
    [null, 'format: not a plain object'],
    [new Map([['kind', 'slack']]), 'format: not a plain object'],
    [{}, 'format.kind: not one of standard, raw, slack, discord'],
    [{ kind: 'teams' }, 'format.kind: not one of standard, raw, slack, discord'],
    [{ kind: 'slack', headers: {} }, 'format.headers: is not known here, only kind'],
    [{ kind: 'raw', sign: [] }, 'format.sign: is not known here, only kind, headers, signatures'],
    [{ kind: 'raw', headers: [] }, 'format.headers: not a plain object'],
    [{ kind: 'raw', signatures: {} }, 'format.signatures: not a list of at most 4'],
    [{ kind: 'raw', signatures: Array(5).fill(GITHUB) }, 'not a list of at most 4'],
  ])('refuses %j', (given, message) => {
    expect(() => check(given)).toThrow(InvalidInputError);
    expect(() => check(given)).toThrow(message);
  });

  test.each<[Record<string, unknown>, string]>([
    [{ Host: 'x' }, 'format.headers: Host is set by Posthorn'],
    [{ 'Content-Length': '1' }, 'format.headers: Content-Length is set by Posthorn'],
    [{ 'transfer-encoding': 'x' }, 'is set by Posthorn'],
    [{ 'x y': 'x' }, 'format.headers: "x y" is no header name'],
    [{ 'X-A': 'x', 'x-a': 'y' }, 'format.headers: x-a is there twice'],
    [
      { 'x-hub-signature-256': 'x' },
      'format.signatures.0.header: X-Hub-Signature-256 is there twice',
    ],
    [{ 'X-A': 'a\r\nb' }, 'format.headers.X-A: at most 1024 printable ASCII characters fit'],
    [{ 'X-A': 1 }, 'format.headers.X-A: at most 1024 printable ASCII characters fit'],
    [{ 'X-A': '{body}' }, 'format.headers.X-A: {body} is not known here, only {id}, {type}'],
    [{ 'X-A': '{Type}' }, 'format.headers.X-A: {Type} is not known here'],
    [{ 'content-type': 'text/plain' }, 'format.headers.content-type: not a media type of JSON'],
    [Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`x-${n}`, ''])), 'at most 20 fit'],
  ])('refuses the headers %j', (headers, message) => {
    expect(() => raw({ headers, signatures: [GITHUB] })).toThrow(InvalidInputError);
    expect(() => raw({ headers, signatures: [GITHUB] })).toThrow(message);
  });

  test.each<[object, string]>([
    [{ header: undefined }, 'format.signatures.0.header: is needed'],
    [
      { header: 'Authorization:' },
      'format.signatures.0.header: "Authorization:" is no header name',
    ],
    [{ header: 'Host' }, 'format.signatures.0.header: Host is set by Posthorn'],
    [{ algorithm: 'md5' }, 'format.signatures.0.algorithm: not one of hmac-sha256, hmac-sha1'],
    [{ encoding: 'base32' }, 'format.signatures.0.encoding: not one of hex, base64'],
    [{ key: 'hex' }, 'format.signatures.0.key: not one of text, base64'],
    [{ content: '{id}.{timestamp}' }, 'format.signatures.0.content: must hold {body}'],
    [{ content: '{body}{body}' }, 'format.signatures.0.content: must hold {body} once'],
    [{ content: '{secret}{body}' }, '{secret} is not known here, only {id}, {type}, {timestamp}'],
    [{ content: '{timestamp}.{body}' }, '{timestamp} is signed, and no header has it'],
    [{ value: 'sha256=' }, 'format.signatures.0.value: must hold {signature}'],
    [{ repeat: ',v1=' }, 'format.signatures.0.repeat: must hold {signature}'],
    [{ secret: 'x' }, 'format.signatures.0.secret: is not known here, only header, algorithm'],
    [{ algorithm: 'token', value: 'Bearer' }, 'format.signatures.0.value: must hold {secret}'],
    [{ algorithm: 'token', encoding: 'hex' }, 'format.signatures.0.encoding: is not known here'],
  ])('refuses the signature %j', (signature, message) => {
    expect(() => signed(signature)).toThrow(InvalidInputError);
    expect(() => signed(signature)).toThrow(message);
  });

  test('never throws anything else, and what it accepts writes headers of one line', () => {
    const word = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom(
        'x-own',
        '{id}',
        '{body}',
        '{signature}',
        'hmac-sha1',
        'token',
        'hex',
        '\r\n',
      ),
    );
    const text = fc.array(word, { maxLength: 3 }).map((words) => words.join(''));
    const signature = fc.record(
      {
        header: fc.oneof(text, fc.constant('x-signature')),
        algorithm: fc.constantFrom('hmac-sha256', 'hmac-sha512', 'token', 'none'),
        encoding: fc.constantFrom('hex', 'base64', 1),
        content: text.map((any) => `${any}{body}`),
        value: text,
        repeat: text,
      },
      { requiredKeys: ['header', 'algorithm'] },
    );
    const given = fc.record(
      {
        kind: fc.constant('raw'),
        headers: fc.dictionary(text, text),
        signatures: fc.array(signature),
      },
      { requiredKeys: ['kind'] },
    );
    const event = { id: 'evt_1', type: 'a.b', createdAt: new Date(0), payloadJson: '{}' };
    fc.assert(
      fc.property(given, (format) => {
        let accepted: ReturnType<typeof check>;
        try {
          accepted = check(format);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInputError);
          return;
        }
        const secrets = [readSecret('s'), readSecret('t')];
        const target = { webhookId: 'wh_1', url: 'https://x.example/', secrets, now: new Date(0) };
        const { headers } = compileFormat(accepted).write({ event, ...target });
        for (const part of Object.entries(headers).flat()) expect(part).toMatch(/^[\x20-\x7e]*$/);
      }),
      { numRuns: 300 },
    );
  });
});
