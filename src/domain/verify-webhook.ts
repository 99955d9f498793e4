import { signedContent } from './signature.js';
import { hasMatchingSignature } from './signature-check.js';
import { parseVerifyingSecret, type VerifyingSecret } from './signing-secret.js';
import { WebhookVerificationError } from './webhook-verification-error.js';

/**
 * Headers as Node's `IncomingHttpHeaders`, as fetch's `Headers`, or as an object whose names are written
 * either way.
 */
export type WebhookHeaders =
  | { get(name: string): string | null }
  | { readonly [name: string]: string | readonly string[] | undefined };

export interface VerifyOptions {
  /** How far the request's time may be from ours, either way, in seconds: 300 where left out. */
  readonly toleranceSeconds?: number | undefined;
  /** The time it is; the system's where left out. */
  readonly now?: Date | undefined;
}

/** What a request brings, once it is known to be Posthorn's. */
export interface WebhookEvent<Data = unknown> {
  /** The event's id, from the header `webhook-id`: the same on every attempt, so that duplicates show. */
  readonly id: string;
  /** Like `expense.created`. */
  readonly type: string;
  /** When the event was enqueued, in ISO 8601; not when this request was made. */
  readonly timestamp: string;
  /** The event's payload. Its shape is the sender's word. */
  readonly data: Data;
}

/**
 * Verifies a request by Standard Webhooks (https://www.standardwebhooks.com), and answers with what it
 * brings. Throws `WebhookVerificationError`, whose `code` says why; never shows a secret.
 *
 * @param secrets `whsec_…`, or `whpk_…` of a webhook with the scheme `v1a`; several while they are rotated
 * @param rawBody the body's bytes as they came, or their text. Parsed and written again it is another one.
 * @example
 * const { id, type, data } = verify(process.env.WEBHOOK_SECRET, request.headers, rawBody);
 */
export function verify<Data = unknown>(
  secrets: string | readonly string[],
  headers: WebhookHeaders,
  rawBody: string | Uint8Array,
  { toleranceSeconds = 300, now = new Date() }: VerifyOptions = {},
): WebhookEvent<Data> {
  const known = parseSecrets(secrets);
  if (typeof rawBody !== 'string' && !ArrayBuffer.isView(rawBody)) {
    throw new WebhookVerificationError('malformed_body', 'the body must be its bytes or its text', {
      hint: 'take the raw body: what a parser made of it can’t be verified',
    });
  }
  const id = readHeader(headers, 'webhook-id');
  const timestamp = readHeader(headers, 'webhook-timestamp');
  const signature = readHeader(headers, 'webhook-signature');
  checkTime(timestamp, toleranceSeconds, now);
  const content = signedContent({ id, timestamp, body: rawBody });
  if (!hasMatchingSignature(signature, known, content)) {
    throw new WebhookVerificationError('no_matching_signature', 'no signature fits the request', {
      hint: 'check that the secret is this webhook’s, and that the body is as it came, not parsed and written again',
    });
  }
  return { id, ...parseEnvelope<Data>(rawBody) };
}

function parseSecrets(secrets: string | readonly string[]): readonly VerifyingSecret[] {
  const given = typeof secrets === 'string' ? [secrets] : secrets;
  if (!Array.isArray(given) || given.length === 0) {
    throw new WebhookVerificationError('malformed_secret', 'there is no secret to verify with');
  }
  return given.map((secret) => {
    try {
      return parseVerifyingSecret(String(secret));
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new WebhookVerificationError('malformed_secret', message, { cause });
    }
  });
}

/** Headers that came twice are joined, as Node and fetch do; then they fit nothing. */
function readHeader(headers: WebhookHeaders, name: string): string {
  const found =
    typeof headers.get === 'function'
      ? headers.get(name)
      : Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  const value = Array.isArray(found) ? found.join(', ') : found;
  if (typeof value === 'string' && value !== '') return value;
  throw new WebhookVerificationError('missing_header', `the header ${name} is missing`);
}

function checkTime(timestamp: string, toleranceSeconds: number, now: Date): void {
  if (!/^\d{1,15}$/.test(timestamp)) {
    throw new WebhookVerificationError(
      'malformed_timestamp',
      'webhook-timestamp is not a whole number of seconds since 1970',
    );
  }
  const ageSeconds = Math.floor(now.getTime() / 1_000) - Number(timestamp);
  // Written so that a tolerance or a time that is no number lets nothing through.
  if (!(ageSeconds <= toleranceSeconds)) {
    throw new WebhookVerificationError(
      'timestamp_too_old',
      `the request was made ${ageSeconds} s ago, over the tolerance of ${toleranceSeconds} s`,
    );
  }
  if (!(-ageSeconds <= toleranceSeconds)) {
    throw new WebhookVerificationError(
      'timestamp_too_new',
      `the request’s time is ${-ageSeconds} s ahead, over the tolerance of ${toleranceSeconds} s`,
      { hint: 'check this machine’s clock' },
    );
  }
}

function parseEnvelope<Data>(rawBody: string | Uint8Array): Omit<WebhookEvent<Data>, 'id'> {
  const text = typeof rawBody === 'string' ? rawBody : Buffer.from(rawBody).toString('utf8');
  let envelope: unknown;
  try {
    envelope = JSON.parse(text);
  } catch (cause) {
    throw new WebhookVerificationError('malformed_body', 'the signed body is not JSON', { cause });
  }
  if (!isEnvelope<Data>(envelope)) {
    const message = 'the signed body is not {"type", "timestamp", "data"}';
    throw new WebhookVerificationError('malformed_body', message);
  }
  const { type, timestamp, data } = envelope;
  return { type, timestamp, data };
}

function isEnvelope<Data>(value: unknown): value is Omit<WebhookEvent<Data>, 'id'> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    typeof value.type === 'string' &&
    'timestamp' in value &&
    typeof value.timestamp === 'string' &&
    'data' in value
  );
}
