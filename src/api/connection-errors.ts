import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { ANSWER_HEADERS } from './answer-headers.js';
import { PROBLEM_TYPE, toProblem } from './error-answers.js';
import type { ProblemCode } from './problems.js';

/** Answers what can't be read as an HTTP request at all, with a problem document, and hangs up. */
export function answerConnectionError(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = toProblem(occurrence(error.code));
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    ...Object.entries(ANSWER_HEADERS).map(([name, value]) => `${name}: ${value}`),
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

function occurrence(code: string | undefined): { code: ProblemCode; detail: string } {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return { code: 'headers_too_large', detail: 'the headers are over 16 KiB' };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { code: 'request_timeout', detail: 'the request did not arrive whole in time' };
    default:
      return {
        code: 'bad_request',
        detail: 'what arrived is no HTTP/1.1 request that is answered here',
      };
  }
}
