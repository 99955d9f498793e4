import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { InvalidSettingsError, SecretKeyError } from './errors.js';

/** Seals signing secrets for the ledger and opens them again (AES-256-GCM, NIST SP 800-38D). */
export interface SecretBox {
  /** The sealed text: `v1.<key id>.<nonce>.<tag>.<ciphertext>`, base64url. */
  seal(secret: string): string;
  /** Throws `SecretKeyError` where another key sealed it, or it was changed. */
  open(sealed: string): string;
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;

/** A new key for `POSTHORN_SECRET_KEY`: base64 of 32 random bytes. */
export function createSecretKey(): string {
  return randomBytes(KEY_BYTES).toString('base64');
}

/** @param secretKey base64 of 32 bytes; otherwise throws `InvalidSettingsError` */
export function createSecretBox(secretKey: string): SecretBox {
  const key = Buffer.from(secretKey, 'base64');
  if (key.length !== KEY_BYTES) {
    throw new InvalidSettingsError(
      `POSTHORN_SECRET_KEY holds ${key.length} bytes of base64, and ${KEY_BYTES} fit`,
      { hint: 'make one with: openssl rand -base64 32' },
    );
  }
  // Names the key without telling anything of it, so that a wrong key is told from a damaged secret.
  const keyId = createHash('sha256')
    .update('posthorn key id')
    .update(key)
    .digest('hex')
    .slice(0, 8);

  return {
    seal(secret) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const ciphertext = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      const parts = [nonce, cipher.getAuthTag(), ciphertext].map((part) =>
        part.toString('base64url'),
      );
      return ['v1', keyId, ...parts].join('.');
    },
    open(sealed) {
      const [version, sealedBy, nonce, tag, ciphertext] = sealed.split('.');
      if (version !== 'v1' || !sealedBy || !nonce || !tag || !ciphertext) {
        throw new SecretKeyError(
          'a signing secret in the ledger is not in a form that this version reads',
        );
      }
      if (sealedBy !== keyId) {
        throw new SecretKeyError(
          `a signing secret in the ledger was sealed with the key ${sealedBy}, and POSTHORN_SECRET_KEY is ${keyId}`,
          { hint: 'start with the POSTHORN_SECRET_KEY under which the webhook was registered' },
        );
      }
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'));
        decipher.setAuthTag(Buffer.from(tag, 'base64url'));
        const secret = decipher.update(Buffer.from(ciphertext, 'base64url'));
        return Buffer.concat([secret, decipher.final()]).toString('utf8');
      } catch (cause) {
        throw new SecretKeyError('a signing secret in the ledger was damaged', { cause });
      }
    },
  };
}
