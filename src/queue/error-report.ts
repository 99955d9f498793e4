import type { Logger } from 'pino';

/** How long the same error is not logged again, in milliseconds. */
const QUIET_MS = 60_000;

/**
 * Logs what a BullMQ queue or worker reports. While Redis is away each of them reports the same error at
 * every try to reconnect; the first of a minute tells all.
 */
export function reportErrors(
  listen: (listener: (error: Error) => void) => unknown,
  name: string,
  log: Logger,
): void {
  let last = '';
  let lastAt = Number.NEGATIVE_INFINITY;
  listen((error) => {
    const now = performance.now();
    if (error.message === last && now - lastAt < QUIET_MS) return;
    last = error.message;
    lastAt = now;
    log.warn({ error }, name);
  });
}
