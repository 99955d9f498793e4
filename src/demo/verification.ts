import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** How far a request's timestamp may be from the receiver's clock: what Standard Webhooks advises. */
const TOLERANCE_SECONDS = 300;

/**
 * Checks a signature as any receiver can, after Standard Webhooks (https://www.standardwebhooks.com) and
 * with nothing of Posthorn's own: what one side signs, the other works out anew.
 *
 * @param secret as the registration answered it: `whsec_` and base64
 * @param body the request's body exactly as it came
 */
export function isSignedBy(
  secret: string,
  headers: IncomingHttpHeaders,
  body: Buffer,
  now: Date,
): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': given } = headers;
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof given !== 'string') {
    return false;
  }
  const ageSeconds = Math.abs(now.getTime() / 1_000 - Number(timestamp));
  if (!(ageSeconds <= TOLERANCE_SECONDS)) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const digest = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  return given.split(' ').some((entry) => {
    const [version, signature = ''] = entry.split(',');
    const bytes = Buffer.from(signature, 'base64');
    return version === 'v1' && bytes.length === digest.length && timingSafeEqual(bytes, digest);
  });
}
