import { InvalidInputError, InvalidPayloadError, PayloadTooLargeError } from './errors.js';
import { assertEventType } from './event-type.js';
import { nestsDeeperThan } from './json-depth.js';

/** What a producer hands in. */
export interface NewEvent {
  /** Dot-separated segments, like `expense.created`. */
  readonly type: string;
  /** Any value that JSON can hold, at most 256 KiB of it and nested at most 500 levels deep. */
  readonly payload: unknown;
  /** Whose webhooks are told; `default` where left out. */
  readonly accountId?: string | undefined;
  /** A second event of the account with this key is not delivered: the first one's id is answered. */
  readonly idempotencyKey?: string | undefined;
}

/** Largest payload, in bytes of JSON. */
export const MAX_PAYLOAD_BYTES = 256 * 1024;

/**
 * How deep a payload may be nested. Parsers that receivers use have limits of their own: PHP's default is
 * 512, and a delivery holds the payload one level down.
 */
export const MAX_PAYLOAD_DEPTH = 500;

/** Longest account id and idempotency key, in characters. */
export const MAX_KEY_LENGTH = 255;

export const DEFAULT_ACCOUNT = 'default';

// Printable, so that ids can stand in logs and URLs; no NUL, which PostgreSQL refuses.
const PRINTABLE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/** An event that passed all checks, its payload as JSON text. */
export interface CheckedEvent {
  readonly accountId: string;
  readonly type: string;
  readonly payloadJson: string;
  readonly idempotencyKey: string | null;
}

/**
 * Checks an event. Throws `InvalidEventTypeError`, `InvalidPayloadError`, `PayloadTooLargeError` or
 * `InvalidInputError`.
 */
export function checkEvent(event: NewEvent): CheckedEvent {
  if (typeof event !== 'object' || event === null) {
    throw new InvalidInputError('an event must be an object with a type and a payload');
  }
  // Each is read once, so that what is checked is what is written.
  const { type, accountId = DEFAULT_ACCOUNT, idempotencyKey, payload } = event;
  assertEventType(type);
  return {
    accountId: checkKey('accountId', accountId),
    type,
    payloadJson: payloadJson(payload),
    idempotencyKey:
      idempotencyKey === undefined ? null : checkKey('idempotencyKey', idempotencyKey),
  };
}

/** Checks an account id or an idempotency key. Throws `InvalidInputError`. */
export function checkKey(field: 'accountId' | 'idempotencyKey', value: string): string {
  if (typeof value !== 'string' || value.length > MAX_KEY_LENGTH || !PRINTABLE.test(value)) {
    const message = `${field} does not fit: use 1 to ${MAX_KEY_LENGTH} printable ASCII characters, with no space at either end`;
    throw new InvalidInputError(message, { details: { [field]: message } });
  }
  return value;
}

function payloadJson(payload: unknown): string {
  const json = stringify(payload);
  const bytes = Buffer.byteLength(json);
  if (bytes > MAX_PAYLOAD_BYTES) {
    throw new PayloadTooLargeError(
      `the payload is ${bytes} bytes of JSON, and at most ${MAX_PAYLOAD_BYTES} (256 KiB) fit`,
      { hint: 'send an id in the payload and let the receiver fetch the rest' },
    );
  }
  if (nestsDeeperThan(json, MAX_PAYLOAD_DEPTH)) {
    throw new InvalidPayloadError(
      `the payload is nested too deep: at most ${MAX_PAYLOAD_DEPTH} levels fit`,
    );
  }
  return json;
}

function stringify(payload: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(payload);
  } catch (cause) {
    throw new InvalidPayloadError(
      `the payload can't be written as JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
  if (json === undefined) {
    throw new InvalidPayloadError(
      `the payload is ${typeof payload}, which JSON can't hold: use an object, array, string, number, boolean or null`,
    );
  }
  return json;
}
