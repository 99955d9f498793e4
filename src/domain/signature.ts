import { createHmac, randomBytes as cryptoRandomBytes } from 'node:crypto';
import { InvalidInputError } from './errors.js';

/**
 * Signatures after Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over
 * `<id>.<timestamp>.<body>`, so that a receiver can tell who sent a request and when.
 */

const SECRET_PREFIX = 'whsec_';
const SECRET_BYTES = 32;

/** Fewest and most bytes that a signing secret may hold. */
export const MIN_SECRET_BYTES = 24;
export const MAX_SECRET_BYTES = 64;

/** What is signed. */
export interface SigningInput {
  /** The live secrets as `parseSecret` reads them, newest first; one signature is made with each. */
  readonly secrets: readonly Buffer[];
  /** The event's id. */
  readonly id: string;
  /** When the attempt is made, in whole seconds since 1970. */
  readonly timestampSeconds: number;
  /** The request's body exactly as it is sent, in UTF-8. */
  readonly body: string;
}

/** The headers that carry a signature. */
export interface SignatureHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/** A new signing secret: `whsec_` and base64 of 32 random bytes. */
export function createSecret(randomBytes: (size: number) => Buffer = cryptoRandomBytes): string {
  return SECRET_PREFIX + randomBytes(SECRET_BYTES).toString('base64');
}

/** Reads a signing secret into its bytes. Throws `InvalidInputError`, which never shows the secret. */
export function parseSecret(secret: string): Buffer {
  const encoded = secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : '';
  const bytes = Buffer.from(encoded, 'base64');
  // Buffer.from skips what is no base64; only what encodes back to the same text was read whole.
  const whole = encoded !== '' && bytes.toString('base64') === encoded;
  if (!whole || bytes.length < MIN_SECRET_BYTES || bytes.length > MAX_SECRET_BYTES) {
    const message = `the signing secret does not fit: use "${SECRET_PREFIX}" and base64 of ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} bytes`;
    throw new InvalidInputError(message, { details: { secret: message } });
  }
  return bytes;
}

/**
 * The value of `webhook-signature`: `v1,<base64>` for each secret in the order given, with spaces between.
 * Throws `InvalidInputError` where there is no secret, since receivers refuse what is not signed.
 */
export function sign({ secrets, id, timestampSeconds, body }: SigningInput): string {
  if (secrets.length === 0) {
    throw new InvalidInputError(`event ${id} can't be signed: the webhook has no live secret`);
  }
  const content = `${id}.${timestampSeconds}.${body}`;
  return secrets
    .map((secret) => `v1,${createHmac('sha256', secret).update(content, 'utf8').digest('base64')}`)
    .join(' ');
}

/** The three `webhook-*` headers of one attempt. Throws what `sign` throws. */
export function signatureHeaders(input: SigningInput): SignatureHeaders {
  return {
    'webhook-id': input.id,
    'webhook-timestamp': String(input.timestampSeconds),
    'webhook-signature': sign(input),
  };
}
