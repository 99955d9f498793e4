import { timingSafeEqual, verify as verifyWith } from 'node:crypto';
import { hmac } from './signature.js';
import type { VerifyingSecret } from './signing-secret.js';

/**
 * Most signatures of a header that are looked at, newest first as `sign` writes them. Headers could hold
 * hundreds, which cost a forger nothing and the receiver an Ed25519 check each.
 */
const MOST_SIGNATURES = 20;

/**
 * True where one signature of the `webhook-signature` header was made over the content with one of the
 * secrets. HMACs are compared in constant time.
 */
export function hasMatchingSignature(
  header: string,
  secrets: readonly VerifyingSecret[],
  content: Buffer,
): boolean {
  const signatures = header.split(' ').slice(0, MOST_SIGNATURES);
  return secrets.some((secret) => {
    const fits = matcher(secret, content);
    const prefix = `${secret.scheme},`;
    return signatures.some((one) => one.startsWith(prefix) && fits(one.slice(prefix.length)));
  });
}

/** Tells whether a signature, in base64, is this secret's. */
function matcher(secret: VerifyingSecret, content: Buffer): (signature: string) => boolean {
  switch (secret.scheme) {
    case 'v1': {
      const expected = Buffer.from(hmac(secret.bytes, content));
      return (signature) => {
        const given = Buffer.from(signature);
        return given.length === expected.length && timingSafeEqual(given, expected);
      };
    }
    case 'v1a':
      return (signature) =>
        verifyWith(null, content, secret.publicKey, Buffer.from(signature, 'base64'));
    default:
      return secret satisfies never;
  }
}
