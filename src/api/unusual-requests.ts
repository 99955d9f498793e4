import type { FastifyInstance } from 'fastify';
import { answerConnectionError } from './connection-errors.js';
import { RequestError } from './problems.js';

/**
 * Answers what Node would answer by itself, without a problem document: a request that expects something
 * else than `100-continue`, one without a host (which needs `requireHostHeader: false`), and `CONNECT`.
 */
export function answerUnusualRequests(server: FastifyInstance): void {
  // An expectation that is not known may be ignored (RFC 9110, section 10.1.1).
  server.server.on('checkExpectation', (request, response) => server.routing(request, response));

  server.server.on('connect', (_request, socket) => {
    // Node takes its own listener away; a client that resets would end the process.
    socket.on('error', () => socket.destroy());
    answerConnectionError(new Error('this is no proxy'), socket);
  });

  server.addHook('onRequest', async ({ raw }) => {
    // HTTP/1.0 has no such rule (RFC 9112, section 3.2).
    if (raw.headers.host !== undefined || raw.httpVersion === '1.0') return;
    throw new RequestError('bad_request', 'the request has no header Host');
  });
}
