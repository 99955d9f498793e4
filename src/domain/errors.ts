/** Every error that Posthorn throws on purpose, each with a stable code; receivers have one of their own. */

export interface ErrorOptions {
  /** What to do about it, in a sentence. */
  readonly hint?: string;
  /** The settings, fields or ids at fault: name to what was wrong with it. */
  readonly details?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** The base class: `message` says what was wrong and what fits, `code` stays the same over versions. */
export abstract class PosthornError extends Error {
  abstract readonly code: string;
  /** What to do about it; absent where the message says it all. */
  readonly hint: string | undefined;
  /** The settings, fields or ids at fault. */
  readonly details: Readonly<Record<string, string>> | undefined;

  constructor(message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.hint = options.hint;
    this.details = options.details;
  }
}

/** A setting is missing or does not fit. Stops the start. */
export class InvalidSettingsError extends PosthornError {
  override readonly code = 'invalid_settings';
}

/** A caller's value does not fit. Nothing was written. */
export class InvalidInputError extends PosthornError {
  override readonly code = 'invalid_input';
}

/** A webhook's URL is not one that Posthorn delivers to. */
export class InvalidUrlError extends PosthornError {
  override readonly code = 'invalid_url';
}

/** A webhook's URL names a private or special address that no setting allows. */
export class BlockedAddressError extends PosthornError {
  override readonly code = 'blocked_address';
}

/** An event type or an event-type pattern breaks the syntax. */
export class InvalidEventTypeError extends PosthornError {
  override readonly code = 'invalid_event_type';
}

/** An event's payload is over the limit, or can't be written as JSON. */
export class InvalidPayloadError extends PosthornError {
  override readonly code = 'invalid_payload';
}

/** An event's payload is over 256 KiB. */
export class PayloadTooLargeError extends PosthornError {
  override readonly code = 'payload_too_large';
}

/** No webhook, event or delivery has that id in that account. */
export class NotFoundError extends PosthornError {
  override readonly code = 'not_found';
}

/** The thing is not in the state that the operation needs. */
export class ConflictError extends PosthornError {
  override readonly code = 'conflict';
}

/** An endpoint did not show that it wants what it gets. Nothing was registered or changed. */
export class VerificationError extends PosthornError {
  override readonly code = 'verification_failed';
}

/** The request carries no key, or one that fits nothing. */
export class UnauthorizedError extends PosthornError {
  override readonly code = 'unauthorized';
}

/** The key is valid, and its role or its account does not allow this. */
export class ForbiddenError extends PosthornError {
  override readonly code = 'forbidden';
}

/** A sealed secret can't be opened with POSTHORN_SECRET_KEY. */
export class SecretKeyError extends PosthornError {
  override readonly code = 'secret_key_mismatch';
}

/** PostgreSQL can't be reached, or what it holds is not the ledger of this version. */
export class LedgerError extends PosthornError {
  override readonly code = 'ledger_unavailable';
}

/** The queue can't be reached. What it was to carry is in the ledger. */
export class QueueError extends PosthornError {
  override readonly code = 'queue_unavailable';
}

/** The embedded PostgreSQL could not be started. */
export class EmbeddedPostgresError extends PosthornError {
  override readonly code = 'embedded_postgres_failed';
}

/** Says that nothing of this kind has this id, or nothing that the caller may see. */
export function missing(noun: string, id: string): never {
  throw new NotFoundError(`there is no ${noun} ${id}`, { details: { id } });
}

/** Refuses a field of what a caller gives. */
export function refuseField(field: string, fault: string): never {
  throw new InvalidInputError(`${field}: ${fault}`, { details: { [field]: fault } });
}
