import { createHash, randomBytes } from 'node:crypto';

/** How many random bytes a key is made of. */
const KEY_BYTES = 32;

const KEY = /^phk_[A-Za-z0-9_-]{43}$/;

/** A new key: `phk_` and 43 characters of base64url, which are 32 random bytes. */
export function createKeyText(): string {
  return `phk_${randomBytes(KEY_BYTES).toString('base64url')}`;
}

/** True where the text has the form of a key that `createKeyText` makes. */
export function isKeyText(text: string): boolean {
  return KEY.test(text);
}

/**
 * The SHA-256 of a key, which is what is kept of it. A fast hash without a salt is enough: a key has 256
 * bits of entropy, so that neither a table of hashes nor trying finds it.
 */
export function hashKey(key: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(key).digest());
}

/** The same hash as hex. */
export function hexHashOf(key: string): string {
  return Buffer.from(hashKey(key)).toString('hex');
}
