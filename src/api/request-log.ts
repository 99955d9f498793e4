import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';

/**
 * Logs one line for each request, at debug, with the id of its key: never a header, nor the query, which
 * may hold what is secret.
 */
export class RequestLog extends LogController {
  constructor() {
    super({ requestIdLogLabel: 'requestId' });
  }

  override incomingRequest(): void {
    // The line at its end says it all.
  }

  override requestCompleted(
    error: Error | null | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    const [path] = request.url.split('?', 1);
    const { method } = request;
    const { statusCode } = reply;
    const durationMs = Math.round(reply.elapsedTime);
    // Absent where no key was needed, or none was valid.
    const keyId = request.access?.keyId;
    const line = { method, path, statusCode, durationMs, keyId, ...(error ? { error } : {}) };
    request.log.debug(line, 'request');
  }
}
