import {
  createPrivateKey,
  createPublicKey,
  randomBytes as cryptoRandomBytes,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { InvalidInputError } from './errors.js';

/**
 * The secrets that sign, after Standard Webhooks (https://www.standardwebhooks.com):
 *
 * - `v1`: HMAC-SHA256 with `whsec_` and base64 of 24 to 64 bytes, which the receiver knows, too
 * - `v1a`: Ed25519 with `whsk_` and base64 of the private and public key, 32 bytes each; the receiver only
 *   knows the public one, `whpk_` and base64 of its 32 bytes
 */
export const SIGNATURE_SCHEMES = ['v1', 'v1a'] as const;

export type SignatureScheme = (typeof SIGNATURE_SCHEMES)[number];

const SYMMETRIC_PREFIX = 'whsec_';
const PRIVATE_PREFIX = 'whsk_';
const PUBLIC_PREFIX = 'whpk_';

const SECRET_BYTES = 32;

/** Length of an Ed25519 key, private or public, in bytes. */
const KEY_BYTES = 32;

/** Fewest and most bytes that a symmetric secret may hold. */
export const MIN_SECRET_BYTES = 24;
export const MAX_SECRET_BYTES = 64;

/** A secret that the receiver knows, too: its text, and the bytes that sign by Standard Webhooks. */
export interface SharedSecret {
  readonly scheme: 'v1';
  readonly text: string;
  readonly bytes: Buffer;
}

/** A secret, ready to sign with. */
export type SigningSecret =
  | SharedSecret
  | { readonly scheme: 'v1a'; readonly privateKey: KeyObject };

/** Most secrets of a webhook that sign at the same time: each makes the header longer, and signing slower. */
export const MOST_LIVE_SECRETS = 10;

/** Longest secret of an existing system, in characters. */
export const MAX_SECRET_TEXT = 512;

/** A new symmetric secret: `whsec_` and base64 of 32 random bytes. */
export function createSecret(randomBytes: (size: number) => Buffer = cryptoRandomBytes): string {
  return SYMMETRIC_PREFIX + randomBytes(SECRET_BYTES).toString('base64');
}

/** A new Ed25519 key pair: what signs, and what the receiver verifies with. */
export function createKeyPair(): { readonly secret: string; readonly publicKey: string } {
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const [privateBytes, publicBytes] = [d, x].map((part) => Buffer.from(part, 'base64url'));
  if (privateBytes === undefined || publicBytes === undefined) throw new Error('no key was made');
  return {
    secret: PRIVATE_PREFIX + Buffer.concat([privateBytes, publicBytes]).toString('base64'),
    publicKey: PUBLIC_PREFIX + publicBytes.toString('base64'),
  };
}

/** Reads a secret of either scheme. Throws `InvalidInputError`, which never shows it. */
export function parseSecret(secret: string): SigningSecret {
  const parsed = standardSecret(secret);
  if (parsed !== undefined) return parsed;
  const message = `the signing secret does not fit: use ${SYMMETRIC_FORM}, or "${PRIVATE_PREFIX}" and base64 of an Ed25519 key pair`;
  throw new InvalidInputError(message, { details: { secret: message } });
}

/** Reads a secret that was accepted: one of an existing system, in any form, signs with its text. */
export function readSecret(secret: string): SigningSecret {
  return standardSecret(secret) ?? { scheme: 'v1', text: secret, bytes: Buffer.from(secret) };
}

function standardSecret(secret: string): SigningSecret | undefined {
  if (secret.startsWith(PRIVATE_PREFIX)) {
    const bytes = decode(secret, PRIVATE_PREFIX);
    const fits = bytes?.length === 2 * KEY_BYTES;
    return fits ? { scheme: 'v1a', privateKey: privateKey(bytes) } : undefined;
  }
  const bytes = symmetricBytes(secret);
  return bytes && { scheme: 'v1', text: secret, bytes };
}

/** True while a secret signs. */
export function isLive({ expiresAt }: { readonly expiresAt: string | null }, now: Date): boolean {
  return expiresAt === null || new Date(expiresAt) > now;
}

/** True for `whsec_` and base64 of 24 to 64 bytes. */
export function isStandardSecret(secret: string): boolean {
  return symmetricBytes(secret) !== undefined;
}

/** True for text that can be a secret of an existing system, which may be any of one line. */
export function isSecretText(secret: string): boolean {
  const isLine = secret.isWellFormed() && !/\p{Cc}/u.test(secret);
  return secret.length >= 1 && secret.length <= MAX_SECRET_TEXT && isLine;
}

/** What a receiver verifies with: the secret itself, or the public key of one that it does not know. */
export type VerifyingSecret =
  | { readonly scheme: 'v1'; readonly bytes: Buffer }
  | { readonly scheme: 'v1a'; readonly publicKey: KeyObject };

/** Reads `whsec_…` or `whpk_…`. Throws `InvalidInputError`, which never shows it. */
export function parseVerifyingSecret(secret: string): VerifyingSecret {
  if (secret.startsWith(PUBLIC_PREFIX)) {
    const bytes = decode(secret, PUBLIC_PREFIX);
    if (bytes?.length === KEY_BYTES) return { scheme: 'v1a', publicKey: publicKey(bytes) };
  } else {
    const bytes = symmetricBytes(secret);
    if (bytes !== undefined) return { scheme: 'v1', bytes };
  }
  throw new InvalidInputError(
    `the secret to verify with does not fit: use ${SYMMETRIC_FORM}, or "${PUBLIC_PREFIX}" and base64 of an Ed25519 public key`,
  );
}

const SYMMETRIC_FORM = `"${SYMMETRIC_PREFIX}" and base64 of ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} bytes`;

function symmetricBytes(secret: string): Buffer | undefined {
  const bytes = decode(secret, SYMMETRIC_PREFIX);
  const fits = bytes && bytes.length >= MIN_SECRET_BYTES && bytes.length <= MAX_SECRET_BYTES;
  return fits ? bytes : undefined;
}

/** The bytes after the prefix; undefined where they are not whole base64. */
function decode(secret: string, prefix: string): Buffer | undefined {
  const encoded = secret.startsWith(prefix) ? secret.slice(prefix.length) : '';
  const bytes = Buffer.from(encoded, 'base64');
  // Buffer.from skips what is no base64; only what encodes back to the same text was read whole.
  return encoded !== '' && bytes.toString('base64') === encoded ? bytes : undefined;
}

function privateKey(bytes: Buffer): KeyObject {
  const part = (from: number) => bytes.subarray(from, from + KEY_BYTES).toString('base64url');
  // RFC 8037, section 2
  const jwk = { kty: 'OKP', crv: 'Ed25519', d: part(0), x: part(KEY_BYTES) };
  return createPrivateKey({ key: jwk, format: 'jwk' });
}

function publicKey(bytes: Buffer): KeyObject {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') };
  return createPublicKey({ key: jwk, format: 'jwk' });
}
