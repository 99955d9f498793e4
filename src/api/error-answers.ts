import type { FastifyReply, FastifyRequest } from 'fastify';
import { PosthornError } from '../domain/errors.js';
import { answerHeaders } from './answer-headers.js';
import { isLedgerFault } from './ledger-faults.js';
import {
  EventInBatchError,
  type FieldFault,
  PROBLEMS,
  type Problem,
  type ProblemCode,
  RequestError,
} from './problems.js';

/** What a problem says of one occurrence. */
interface Occurrence {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly hint?: string | undefined;
  readonly errors?: readonly FieldFault[] | undefined;
  readonly details?: Readonly<Record<string, string>> | undefined;
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** Answers with the problem that an error stands for, and logs those that are not the caller's. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = toProblem(occurrence(error, request.routeOptions.bodyLimit), request.id);
  if (problem.status === 500) request.log.error({ error }, 'request failed');
  if (problem.status === 503) request.log.warn({ error }, 'request refused: not available');
  // Set here as well, because no hook runs for a path that can't be decoded.
  void reply.code(problem.status).headers(answerHeaders(request)).type(PROBLEM_TYPE).send(problem);
}

/** Answers a request whose route there is none for. */
export function answerUnknownRoute(request: FastifyRequest, reply: FastifyReply): void {
  const [path] = request.url.split('?', 1);
  const error = new RequestError('route_not_found', `there is no ${request.method} ${path}`);
  answerError(error, request, reply);
}

/**
 * Writes a problem document.
 *
 * @param requestId a UUID; left out where no request was read
 */
export function toProblem(occurrence: Occurrence, requestId?: string): Problem {
  const { code, hint, errors, details } = occurrence;
  const { status, title, detail } = PROBLEMS[code];
  return {
    type: `urn:posthorn:problem:${code}`,
    title,
    status,
    detail: detail ?? occurrence.detail,
    code,
    ...(requestId === undefined ? {} : { instance: `urn:uuid:${requestId}` }),
    ...(detail === undefined && hint !== undefined ? { hint } : {}),
    ...(detail === undefined && errors !== undefined ? { errors } : {}),
    ...(detail === undefined && details !== undefined ? { details } : {}),
  };
}

function occurrence(error: unknown, bodyLimit: number): Occurrence {
  if (error instanceof RequestError) {
    return { code: error.code, detail: error.message, errors: error.errors };
  }
  if (error instanceof PosthornError && Object.hasOwn(PROBLEMS, error.code)) {
    return ofPosthorn(error);
  }
  if (error instanceof EventInBatchError) return ofBatch(error);
  if (isLedgerFault(error)) return { code: 'ledger_unavailable', detail: '' };
  return ofFastify(error, bodyLimit) ?? { code: 'internal_error', detail: '' };
}

function ofPosthorn({ code: anyCode, message: detail, hint, details }: PosthornError): Occurrence {
  const code = anyCode as ProblemCode;
  const { status } = PROBLEMS[code];
  if (details === undefined || (status !== 400 && status !== 413)) {
    return { code, detail, hint, details };
  }
  const errors = Object.entries(details).map(([field, fault]) => ({ field, detail: fault }));
  return { code, detail, hint, errors };
}

function ofBatch({ index, cause, message }: EventInBatchError): Occurrence {
  const { code, hint, errors = [] } = ofPosthorn(cause);
  const place = `events.${index}`;
  const faults =
    errors.length === 0
      ? [{ field: place, detail: cause.message }]
      : errors.map(({ field, detail }) => ({ field: `${place}.${field}`, detail }));
  return { code, detail: message, hint, errors: faults };
}

/** What Fastify refuses before a route's handler runs; undefined for any other error. */
function ofFastify(error: unknown, bodyLimit: number): Occurrence | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, statusCode } = error as Error & { code?: unknown; statusCode?: unknown };
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return { code: 'body_too_large', detail: `the body is over ${bodyLimit} bytes` };
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return {
        code: 'unsupported_media_type',
        detail: 'the body is read as JSON only: send it with content-type: application/json',
      };
    case 'FST_ERR_BAD_URL':
      return { code: 'bad_request', detail: "the path can't be decoded" };
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return { code: 'not_found', detail: 'no id is that long' };
    default:
      // The connection broke, or the body was not as long as its content-length said.
      return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500
        ? { code: 'bad_request', detail: "the request's body could not be read to its end" }
        : undefined;
  }
}
