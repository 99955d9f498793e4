import { type ErrorOptions, PosthornError } from './errors.js';

/** Why a request can't be taken for Posthorn's. */
export type WebhookVerificationCode =
  | 'missing_header'
  | 'malformed_timestamp'
  | 'timestamp_too_old'
  | 'timestamp_too_new'
  | 'no_matching_signature'
  | 'malformed_body'
  | 'malformed_secret';

/**
 * A receiver can't take a request for Posthorn's. `malformed_secret` is a fault of the receiver's settings,
 * `malformed_body` mostly one of its code; the others are the request's.
 */
export class WebhookVerificationError extends PosthornError {
  override readonly code: WebhookVerificationCode;

  constructor(code: WebhookVerificationCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
