/**
 * What one attempt came to. What an endpoint does is data: only our own faults are thrown.
 */

/**
 * Why an attempt failed.
 *
 * - `http_status`: an answer outside 2xx and 3xx
 * - `redirect`: a 3xx, which is never followed
 * - `timeout`: the wall-clock limit passed before the last byte was read
 * - `dns`: the name did not resolve
 * - `refused`: no connection could be made
 * - `reset`: the connection broke before the answer was complete
 * - `tls`: the handshake or the certificate was refused
 * - `blocked`: the address is private or special, or scheme or port are not open to deliveries, so no
 *   connection was made
 * - `too_large`: the answer's headers were over the limit
 * - `protocol`: what came back is not HTTP/1.1
 */
export const ERROR_CLASSES = [
  'http_status',
  'redirect',
  'timeout',
  'dns',
  'refused',
  'reset',
  'tls',
  'blocked',
  'too_large',
  'protocol',
] as const;

export type ErrorClass = (typeof ERROR_CLASSES)[number];

/** A 2xx answer, read to its end or to the excerpt's cap. */
export interface Success {
  readonly kind: 'ok';
  readonly statusCode: number;
  /** The beginning of the answer's body. */
  readonly responseExcerpt: string;
}

/** Anything else. */
export interface Failure {
  readonly kind: 'failed';
  readonly errorClass: ErrorClass;
  /** Null where no answer came. */
  readonly statusCode: number | null;
  /** One line for people. Holds no secret, no header and no query string. */
  readonly message: string;
  /** What `Retry-After` asked for, in milliseconds from the answer; null where it asked nothing. */
  readonly retryAfterMs: number | null;
  /** The beginning of the answer's body; null where no answer came. */
  readonly responseExcerpt: string | null;
}

export type Outcome = Success | Failure;

/** One attempt, as it was made. */
export interface AttemptResult {
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly outcome: Outcome;
}
