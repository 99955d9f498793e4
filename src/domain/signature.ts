import { createHmac, sign as signWith } from 'node:crypto';
import { InvalidInputError } from './errors.js';
import type { SigningSecret } from './signing-secret.js';

/**
 * Signatures after Standard Webhooks (https://www.standardwebhooks.com), over `<id>.<timestamp>.<body>`, so
 * that a receiver can tell who sent a request and when.
 */

/** What is signed. */
export interface SigningInput {
  /** The live secrets as `parseSecret` reads them, newest first; one signature is made with each. */
  readonly secrets: readonly SigningSecret[];
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

/**
 * The value of `webhook-signature`: `v1,<base64>` or `v1a,<base64>` for each secret in the order given, with
 * spaces between. Throws `InvalidInputError` where there is no secret, since receivers refuse what is not
 * signed.
 */
export function sign({ secrets, id, timestampSeconds, body }: SigningInput): string {
  if (secrets.length === 0) {
    throw new InvalidInputError(`event ${id} can't be signed: the webhook has no live secret`);
  }
  const content = signedContent({ id, timestamp: String(timestampSeconds), body });
  return secrets.map((secret) => `${secret.scheme},${signOnce(secret, content)}`).join(' ');
}

function signOnce(secret: SigningSecret, content: Buffer): string {
  switch (secret.scheme) {
    case 'v1':
      return hmac(secret.bytes, content);
    case 'v1a':
      return signWith(null, content, secret.privateKey).toString('base64');
    default:
      return secret satisfies never;
  }
}

/** The bytes that a signature is over. `timestamp` is as it stands in the header. */
export function signedContent(signed: {
  id: string;
  timestamp: string;
  body: string | Uint8Array;
}): Buffer {
  const { id, timestamp, body } = signed;
  return Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body)]);
}

/** A `v1` signature: HMAC-SHA256 in base64. */
export function hmac(secret: Buffer, content: Buffer): string {
  return createHmac('sha256', secret).update(content).digest('base64');
}

/** The three `webhook-*` headers of one attempt. Throws what `sign` throws. */
export function signatureHeaders(input: SigningInput): SignatureHeaders {
  return {
    'webhook-id': input.id,
    'webhook-timestamp': String(input.timestampSeconds),
    'webhook-signature': sign(input),
  };
}
