import { refuseField } from '../domain/errors.js';
import type { Format } from '../domain/format.js';
import { secretNeeds } from '../domain/format-secrets.js';
import type { SecretBox } from '../domain/secret-box.js';
import {
  createKeyPair,
  createSecret,
  isSecretText,
  isStandardSecret,
  MAX_SECRET_BYTES,
  MAX_SECRET_TEXT,
  MIN_SECRET_BYTES,
  SIGNATURE_SCHEMES,
  type SignatureScheme,
} from '../domain/signing-secret.js';
import type { SealedSecret } from '../store/sealed-secret.js';

/** A new secret: as the receiver needs it, and sealed. */
export interface NewSecret {
  readonly secret: string;
  readonly sealed: SealedSecret;
}

/**
 * Makes a webhook's secret, or takes the one that is given. Throws `InvalidInputError` where the scheme or the
 * secret does not fit the webhook's format; the error never shows it.
 */
export function newSecret(options: {
  readonly scheme: SignatureScheme;
  readonly given?: string | undefined;
  /** The webhook's own or its account's. */
  readonly format: Format;
  readonly secretBox: Pick<SecretBox, 'seal'>;
  readonly now: Date;
}): NewSecret {
  const { scheme, given, format, secretBox, now } = options;
  checkScheme(scheme, format);
  const times = { createdAt: now.toISOString(), expiresAt: null };
  if (scheme === 'v1a') {
    if (given !== undefined) refuseField('secret', 'only a secret of the scheme v1 can be given');
    const { secret, publicKey } = createKeyPair();
    return { secret: publicKey, sealed: { sealed: secretBox.seal(secret), publicKey, ...times } };
  }
  const secret = given === undefined ? createSecret() : checkGiven(given, format);
  const form = isStandardSecret(secret) ? {} : { ownText: true as const };
  return { secret, sealed: { sealed: secretBox.seal(secret), ...form, ...times } };
}

function checkScheme(scheme: SignatureScheme, format: Format): void {
  if (!SIGNATURE_SCHEMES.includes(scheme)) {
    refuseField('signatureScheme', `not one of ${SIGNATURE_SCHEMES.join(', ')}`);
  }
  if (scheme === 'v1a' && secretNeeds(format).shared) {
    refuseField(
      'signatureScheme',
      `v1a has no secret that the format ${format.kind} can sign with`,
    );
  }
}

function checkGiven(secret: string, format: Format): string {
  if (typeof secret === 'string' && isStandardSecret(secret)) return secret;
  if (secretNeeds(format).standard) {
    refuseField(
      'secret',
      `the format signs with "whsec_" and base64 of ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} bytes; a secret of another form fits a raw format`,
    );
  }
  // What could be a private key of v1a would be taken for one.
  if (typeof secret !== 'string' || !isSecretText(secret) || secret.startsWith('whsk_')) {
    refuseField(
      'secret',
      `1 to ${MAX_SECRET_TEXT} characters fit, none of them a control character, and whsk_ at the beginning of none`,
    );
  }
  return secret;
}
