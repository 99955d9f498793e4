import type { Format } from './format.js';

/** What is known of a secret without opening it. */
export interface SecretForm {
  /** Of an asymmetric one. */
  readonly publicKey?: string | undefined;
  /** True for one of an existing system, which has not the form of Standard Webhooks. */
  readonly ownText?: boolean | undefined;
}

/** What a format asks of the secrets that sign. */
export interface SecretNeeds {
  /** That the receiver knows it, too. */
  readonly shared: boolean;
  /** That it is `whsec_` and base64. */
  readonly standard: boolean;
}

export function secretNeeds(format: Format): SecretNeeds {
  switch (format.kind) {
    case 'standard':
      return { shared: false, standard: true };
    case 'raw':
      return {
        shared: format.signatures.length > 0,
        standard: format.signatures.some(
          (signature) => 'key' in signature && signature.key === 'base64',
        ),
      };
    case 'slack':
    case 'discord':
      return { shared: false, standard: false };
    default:
      return format satisfies never;
  }
}

/**
 * Why a format does not fit a webhook's secrets, in words; undefined where it does.
 *
 * @param live those that have not expired, newest first
 */
export function secretFault(format: Format, live: readonly SecretForm[]): string | undefined {
  const { shared, standard } = secretNeeds(format);
  if (shared && live[0]?.publicKey !== undefined) {
    return `${format.kind} signs with a secret that the receiver knows, and the webhook has a key pair (v1a): rotate to the signatureScheme v1 first`;
  }
  if (standard && live.some(({ ownText }) => ownText === true)) {
    return 'it signs with whsec_ and base64, and the webhook has a live secret of another form: rotate it first, with the overlap 0s';
  }
  return undefined;
}
