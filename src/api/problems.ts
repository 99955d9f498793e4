import type * as errors from '../domain/errors.js';
import type { PosthornError } from '../domain/errors.js';

type ErrorClasses = typeof errors;

/** The codes of all classes in the catalogue of errors. A new class needs its row in `PROBLEMS`. */
type PosthornErrorCode = {
  [Name in keyof ErrorClasses]: ErrorClasses[Name] extends {
    prototype: { readonly code: infer Code extends string };
  }
    ? string extends Code
      ? never
      : Code
    : never;
}[keyof ErrorClasses];

/** What only a request over HTTP can have wrong. */
type HttpErrorCode =
  | 'validation_failed'
  | 'malformed_json'
  | 'bad_request'
  | 'route_not_found'
  | 'request_timeout'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'headers_too_large'
  | 'request_in_progress'
  | 'outcome_unknown'
  | 'idempotency_key_reused'
  | 'too_many_failures'
  | 'not_ready'
  | 'internal_error';

/** The stable name of a problem: clients decide by it. */
export type ProblemCode = PosthornErrorCode | HttpErrorCode;

interface ProblemKind {
  readonly status: number;
  /** The same for every occurrence. */
  readonly title: string;
  /** Said in place of the error's own message, which may tell internals. */
  readonly detail?: string;
}

const OUR_FAULT = 'the request could not be carried out; the log of this process has the reason';

/** Every problem that the API answers with. What a caller can mend is 4xx, whatever does not fit is 400. */
export const PROBLEMS: Readonly<Record<ProblemCode, ProblemKind>> = {
  validation_failed: { status: 400, title: 'A field of the request does not fit' },
  malformed_json: { status: 400, title: 'The body is not JSON' },
  bad_request: { status: 400, title: 'The request can not be read' },
  invalid_input: { status: 400, title: 'A value does not fit' },
  invalid_url: { status: 400, title: 'The URL is not one that events are delivered to' },
  blocked_address: { status: 400, title: 'The URL names a private or special address' },
  invalid_event_type: { status: 400, title: 'An event type does not fit' },
  invalid_payload: { status: 400, title: 'The payload can not be delivered' },
  unauthorized: { status: 401, title: 'The request carries no valid API key' },
  forbidden: { status: 403, title: 'The API key does not allow this' },
  not_found: { status: 404, title: 'There is nothing with this id' },
  route_not_found: { status: 404, title: 'There is no such route' },
  request_timeout: { status: 408, title: 'The request did not arrive in time' },
  conflict: { status: 409, title: 'The state does not allow this' },
  request_in_progress: { status: 409, title: 'The same request is under way' },
  outcome_unknown: { status: 409, title: 'What the same request did before is not known' },
  payload_too_large: { status: 413, title: 'The payload is too large' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body is of another type' },
  verification_failed: { status: 422, title: 'The endpoint did not pass its verification' },
  idempotency_key_reused: {
    status: 422,
    title: 'The Idempotency-Key is that of another request',
  },
  too_many_failures: { status: 429, title: 'Too many requests with a wrong API key' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  internal_error: { status: 500, title: 'Something went wrong in Posthorn', detail: OUR_FAULT },
  invalid_settings: { status: 500, title: 'A setting does not fit', detail: OUR_FAULT },
  secret_key_mismatch: { status: 500, title: 'A secret can not be opened', detail: OUR_FAULT },
  embedded_postgres_failed: {
    status: 500,
    title: 'The embedded PostgreSQL failed',
    detail: OUR_FAULT,
  },
  ledger_unavailable: {
    status: 503,
    title: 'The ledger can not be reached',
    detail:
      'the PostgreSQL that holds the ledger can not be reached now; send the request again later',
  },
  queue_unavailable: {
    status: 503,
    title: 'The queue can not be reached',
    detail: 'the queue can not be reached now; what it was to carry is in the ledger',
  },
  not_ready: {
    status: 503,
    title: 'This process is not ready',
    detail: 'PostgreSQL or the queue did not answer in time',
  },
};

/** A field of the request, and what is wrong with it and what fits. */
export interface FieldFault {
  /** Its name, with dots into objects and lists: `events.3.type`; `body` for the body itself. */
  readonly field: string;
  readonly detail: string;
}

/** A problem document (RFC 9457). */
export interface Problem {
  /** `urn:posthorn:problem:` and the code. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** What was wrong this time, and what fits. */
  readonly detail: string;
  readonly code: ProblemCode;
  /** `urn:uuid:` and the id of the request, under which the log has it; absent where no request was read. */
  readonly instance?: string;
  /** What to do about it. */
  readonly hint?: string;
  /** The fields at fault, where the status is 400 or 413 and they are known. */
  readonly errors?: readonly FieldFault[];
  /** The ids that the error is about, by name, for every other status. */
  readonly details?: Readonly<Record<string, string>>;
}

/** A fault of the request that no error of the library stands for. */
export class RequestError extends Error {
  readonly code: HttpErrorCode;
  readonly errors: readonly FieldFault[] | undefined;

  constructor(
    code: HttpErrorCode,
    message: string,
    options: { errors?: readonly FieldFault[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'RequestError';
    this.code = code;
    this.errors = options.errors;
  }
}

/** An event of a batch does not fit: which one it is, and as `cause` why. */
export class EventInBatchError extends Error {
  override readonly cause: PosthornError;
  /** 0 for the first. */
  readonly index: number;

  constructor(index: number, cause: PosthornError) {
    super(`events.${index}: ${cause.message}`);
    this.name = 'EventInBatchError';
    this.index = index;
    this.cause = cause;
  }
}
