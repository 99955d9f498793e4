/** The signatures that are HMACs, with the names that Node has for their hashes. */
export const HMAC_ALGORITHMS = {
  'hmac-sha256': 'sha256',
  'hmac-sha1': 'sha1',
  'hmac-sha512': 'sha512',
} as const;

export type HmacAlgorithm = keyof typeof HMAC_ALGORITHMS;

export const SIGNATURE_ENCODINGS = ['hex', 'base64'] as const;
export const SECRET_KEYS = ['text', 'base64'] as const;

/** A header with an HMAC. */
export interface HmacSignature {
  /** Like `X-Hub-Signature-256`. */
  readonly header: string;
  readonly algorithm: HmacAlgorithm;
  /** How the HMAC is written; `hex` where left out. */
  readonly encoding: (typeof SIGNATURE_ENCODINGS)[number];
  /**
   * What of the secret is the HMAC's key: its `text` as it stands (the default), or the bytes that the
   * `base64` after its `whsec_` stands for, as in Standard Webhooks.
   */
  readonly key: (typeof SECRET_KEYS)[number];
  /** What is signed, with `CONTENT_PLACEHOLDERS`; `{body}` where left out. */
  readonly content: string;
  /** The header's value, with `{signature}`; that alone where left out. */
  readonly value: string;
  /**
   * What follows for each further live secret, with its own `{signature}`. Left out where the header has room
   * for one signature: then the oldest live secret makes it.
   */
  readonly repeat?: string | undefined;
}

/** A header with the secret itself. */
export interface TokenSignature {
  /** Like `X-Gitlab-Token`. */
  readonly header: string;
  readonly algorithm: 'token';
  /** The header's value, with `{secret}`; that alone where left out. */
  readonly value: string;
}

export type RawSignature = HmacSignature | TokenSignature;

/** The payload alone as the body, with the headers and signatures of an existing system. */
export interface RawFormat {
  readonly kind: 'raw';
  /** Header names and values, in which `HEADER_PLACEHOLDERS` stand for what differs; none where left out. */
  readonly headers: Readonly<Record<string, string>>;
  /** None where left out: then receivers can't tell who sent a request. */
  readonly signatures: readonly RawSignature[];
}

/** What a raw format's headers can hold. */
export const HEADER_PLACEHOLDERS = [
  // The event's id, and its type.
  'id',
  'type',
  // The time of the attempt: seconds since 1970, milliseconds since 1970, ISO 8601.
  'timestamp',
  'timestampMs',
  'timestampIso',
  // When the event was enqueued, ISO 8601.
  'eventTime',
  'webhookId',
] as const;

/** What is signed can hold these, too. */
export const CONTENT_PLACEHOLDERS = [...HEADER_PLACEHOLDERS, 'body', 'url'] as const;
