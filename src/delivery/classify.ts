import { formatDuration } from '../domain/duration.js';
import type { Failure, Outcome } from '../domain/outcome.js';
import { parseRetryAfter, retryAfterOfBody } from '../domain/retry-after.js';
import { MAX_HEADER_BYTES } from './client.js';
import { type ClassifiedError, classifyError, type Fault } from './error-class.js';
import type { Answer, Exchange } from './exchange.js';

/** What an outcome is told about its request; of the URL it shows the host alone. */
export interface RequestFacts {
  readonly url: string;
  readonly timeoutMs: number;
  /** Now, from which a `Retry-After` date is counted. */
  readonly now: Date;
}

/**
 * Turns an exchange into the outcome of the attempt. Throws only where this process is at fault, like
 * when it has no file descriptor left: that says nothing about the endpoint.
 */
export function classify(exchange: Exchange, facts: RequestFacts): Outcome {
  switch (exchange.kind) {
    case 'answered':
      return classifyAnswer(exchange.answer, facts);
    case 'late':
      return failure('timeout', lateMessage(exchange.answer, facts), exchange.answer, facts);
    case 'broken':
      return classifyBroken(exchange.error, exchange.answer, facts);
    default:
      return exchange satisfies never;
  }
}

function classifyAnswer(answer: Answer, facts: RequestFacts): Outcome {
  const { statusCode, excerpt } = answer;
  if (statusCode >= 200 && statusCode < 300) {
    return { kind: 'ok', statusCode, responseExcerpt: excerpt };
  }
  if (statusCode >= 300 && statusCode < 400) {
    const message = `the endpoint answered ${statusCode}, and redirects are not followed`;
    return failure('redirect', message, answer, facts);
  }
  return failure('http_status', `the endpoint answered ${statusCode}`, answer, facts);
}

function lateMessage(answer: Answer | null, { timeoutMs }: RequestFacts): string {
  const limit = formatDuration(timeoutMs);
  return answer === null
    ? `no answer came within ${limit}`
    : `the endpoint answered ${answer.statusCode}, but not to the end within ${limit}`;
}

function classifyBroken(error: unknown, answer: Answer | null, facts: RequestFacts): Failure {
  const classified = classifyError(error);
  const { fault, code } = classified;
  if (fault === 'own') {
    throw new Error(`this process could not open a connection (${code})`);
  }
  return failure(fault, brokenMessage(fault, classified, hostOf(facts.url)), answer, facts);
}

/** Host and port of a URL, which can be shown; its path and query may be secret. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the endpoint';
}

function brokenMessage(
  fault: Exclude<Fault, 'own'>,
  { code, address }: ClassifiedError,
  host: string,
): string {
  switch (fault) {
    case 'blocked':
      return `the address ${address} is private or special, so no connection was made`;
    case 'dns':
      return `the name of ${host} did not resolve (${code})`;
    case 'refused':
      return `no connection to ${host} could be made (${code})`;
    case 'timeout':
      return `the network gave up on ${host} (${code})`;
    case 'reset':
      return `the connection broke before the answer was complete (${code})`;
    case 'tls':
      return `no trusted TLS connection to ${host} could be made (${code})`;
    case 'too_large':
      return `the answer's headers are larger than ${MAX_HEADER_BYTES} bytes`;
    case 'protocol':
      return code.startsWith('HPE_')
        ? `what came back is not HTTP/1.1 (${code})`
        : `the request failed (${code})`;
    default:
      return fault satisfies never;
  }
}

function failure(
  errorClass: Failure['errorClass'],
  message: string,
  answer: Answer | null,
  { now }: RequestFacts,
): Failure {
  // Only these two statuses ask for a wait: a date in another answer would not mean a retry.
  const waits = answer?.statusCode === 429 || answer?.statusCode === 503 ? answer : null;
  return {
    kind: 'failed',
    errorClass,
    statusCode: answer?.statusCode ?? null,
    message,
    retryAfterMs:
      waits && (parseRetryAfter(waits.retryAfter, now) ?? retryAfterOfBody(waits.excerpt, now)),
    responseExcerpt: answer?.excerpt ?? null,
  };
}
