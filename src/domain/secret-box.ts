import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { InvalidSettingsError, SecretKeyError } from './errors.js';

/** Seals signing secrets for the ledger and opens them again (AES-256-GCM, NIST SP 800-38D). */
export interface SecretBox {
  /**
   * The sealed text: `v1.<key id>.<nonce>.<tag>.<ciphertext>`, base64url.
   *
   * @param purpose what it is for, where somebody hands it back to us: it opens for that alone, so that a secret
   *   that a customer worded does not pass for a session. Empty for what the ledger keeps.
   */
  seal(secret: string, purpose?: string): string;
  /** Throws `SecretKeyError` where none of the keys sealed it for that purpose, or it was changed. */
  open(sealed: string, purpose?: string): string;
  /** True where the present key sealed it, not a former one. */
  isPresent(sealed: string): boolean;
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;

/** A new key for `POSTHORN_SECRET_KEY`: base64 of 32 random bytes. */
export function createSecretKey(): string {
  return randomBytes(KEY_BYTES).toString('base64');
}

/**
 * @param secretKey base64 of 32 bytes, which seals and opens
 * @param formerKeys keys that still open, so that a key can be replaced while everything runs
 *
 * Throws `InvalidSettingsError` for a key that is none.
 */
export function createSecretBox(secretKey: string, formerKeys: readonly string[] = []): SecretBox {
  const key = parseKey('POSTHORN_SECRET_KEY', secretKey);
  const presentId = keyIdOf(key);
  const keys = new Map(
    formerKeys
      .map((former) => parseKey('POSTHORN_FORMER_SECRET_KEYS', former))
      .map((former) => [keyIdOf(former), former]),
  ).set(presentId, key);

  return {
    seal(secret, purpose = '') {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose));
      const ciphertext = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      const parts = [nonce, cipher.getAuthTag(), ciphertext].map((part) =>
        part.toString('base64url'),
      );
      return ['v1', presentId, ...parts].join('.');
    },
    open(sealed, purpose = '') {
      const { keyId, nonce, tag, ciphertext } = parseSealed(sealed);
      const sealedBy = keys.get(keyId);
      if (sealedBy === undefined) {
        throw new SecretKeyError(
          `a signing secret in the ledger was sealed with the key ${keyId}, and POSTHORN_SECRET_KEY is ${presentId}`,
          {
            hint: 'start with the POSTHORN_SECRET_KEY under which the webhook was registered, or name it in POSTHORN_FORMER_SECRET_KEYS',
          },
        );
      }
      try {
        const decipher = createDecipheriv('aes-256-gcm', sealedBy, nonce, { authTagLength: 16 });
        decipher.setAAD(Buffer.from(purpose)).setAuthTag(tag);
        return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
      } catch (cause) {
        throw new SecretKeyError('a signing secret in the ledger was damaged', { cause });
      }
    },
    isPresent: (sealed) => parseSealed(sealed).keyId === presentId,
  };
}

function parseKey(setting: string, text: string): Buffer {
  const key = Buffer.from(text, 'base64');
  if (key.length === KEY_BYTES) return key;
  throw new InvalidSettingsError(
    `${setting} holds ${key.length} bytes of base64, and ${KEY_BYTES} fit`,
    { hint: 'make one with: openssl rand -base64 32' },
  );
}

/** Names a key without telling anything of it, so that a wrong key is told from a damaged secret. */
function keyIdOf(key: Buffer): string {
  return createHash('sha256').update('posthorn key id').update(key).digest('hex').slice(0, 8);
}

function parseSealed(sealed: string) {
  const [version, keyId, nonce, tag, ciphertext] = sealed.split('.');
  if (version !== 'v1' || !keyId || !nonce || !tag || !ciphertext) {
    throw new SecretKeyError(
      'a signing secret in the ledger is not in a form that this version reads',
    );
  }
  const bytes = (text: string) => Buffer.from(text, 'base64url');
  return { keyId, nonce: bytes(nonce), tag: bytes(tag), ciphertext: bytes(ciphertext) };
}
