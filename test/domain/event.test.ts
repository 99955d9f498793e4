import { describe, expect, test } from 'vitest';
import {
  InvalidEventTypeError,
  InvalidInputError,
  InvalidPayloadError,
  PayloadTooLargeError,
} from '../../src/domain/errors.js';
import { checkEvent, MAX_PAYLOAD_BYTES } from '../../src/domain/event.js';

describe('checkEvent', () => {
  test('fills in the default account and writes the payload as JSON', () => {
    expect(checkEvent({ type: 'a.b', payload: { n: 1 } })).toEqual({
      accountId: 'default',
      type: 'a.b',
      payloadJson: '{"n":1}',
      idempotencyKey: null,
    });
  });

  test.each([null, 0, false, '', [], 'text', { deep: [1, { x: null }] }])(
    'takes the payload %j',
    (payload) => {
      expect(checkEvent({ type: 'a', payload }).payloadJson).toBe(JSON.stringify(payload));
    },
  );

  test('takes a payload of exactly 256 KiB of JSON and no byte more, counting UTF-8', () => {
    const fits = 'x'.repeat(MAX_PAYLOAD_BYTES - 2); // two quotes
    expect(checkEvent({ type: 'a', payload: fits }).payloadJson).toHaveLength(MAX_PAYLOAD_BYTES);
    expect(() => checkEvent({ type: 'a', payload: `${fits}x` })).toThrow(PayloadTooLargeError);
    expect(() => checkEvent({ type: 'a', payload: `${fits.slice(1)}é` })).toThrow(
      PayloadTooLargeError,
    );
  });

  test('refuses what JSON can not hold, and says why', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(() => checkEvent({ type: 'a', payload: circle })).toThrow(InvalidPayloadError);
    expect(() => checkEvent({ type: 'a', payload: undefined })).toThrow(/payload is undefined/);
    expect(() => checkEvent({ type: 'a', payload: () => 1 })).toThrow(/payload is function/);
    expect(() => checkEvent({ type: 'a', payload: { big: 1n } })).toThrow(InvalidPayloadError);
  });

  test('refuses a type that breaks the syntax', () => {
    expect(() => checkEvent({ type: 'no spaces', payload: 1 })).toThrow(InvalidEventTypeError);
  });

  test.each(['', ' a', 'a ', 'a\0b', 'a\nb', 'é', 'x'.repeat(256)])('refuses the key %j', (key) => {
    expect(() => checkEvent({ type: 'a', payload: 1, idempotencyKey: key })).toThrow(
      InvalidInputError,
    );
    expect(() => checkEvent({ type: 'a', payload: 1, accountId: key })).toThrow(/accountId/);
  });
});
