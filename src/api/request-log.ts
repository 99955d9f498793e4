import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';

/**
 * Logs one line for each request with the id of its key: at info where it changed something, so that who did
 * is known, and else at debug. Never a header, nor the query, which may hold what is secret.
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
    if (changed(request, statusCode)) request.log.info(line, 'request');
    else request.log.debug(line, 'request');
  }
}

/** True where a request changed more than that there is an event. */
function changed({ method, routeOptions }: FastifyRequest, statusCode: number): boolean {
  const enqueued = routeOptions.config.permission === 'events:write';
  return ['POST', 'PATCH', 'PUT', 'DELETE'].includes(method) && !enqueued && statusCode < 400;
}
