import { setMaxListeners } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Request } from 'got';
import { createExcerpt } from './excerpt.js';

/** What came back, as far as it came. */
export interface Answer {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  /** The `Retry-After` header. */
  readonly retryAfter: string | undefined;
  /** The beginning of the body. */
  readonly excerpt: string;
}

/**
 * How one request and its answer went.
 *
 * - `answered`: the answer was read to its end or to the excerpt's cap
 * - `broken`: an error ended it; `answer` is null where not even the status came
 * - `late`: the wall-clock limit passed first
 */
export type Exchange =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'broken'; readonly answer: Answer | null; readonly error: unknown }
  | { readonly kind: 'late'; readonly answer: Answer | null };

/** The endpoint answered 101 and speaks something else than HTTP from there on. */
export class SwitchedProtocolsError extends Error {
  override readonly name = 'SwitchedProtocolsError';
}

/**
 * Follows one request of got to its end, and frees what it held. Rejects only with the reason of a signal
 * that aborts it.
 */
export function followExchange(options: {
  stream: Request;
  maxResponseBytes: number;
  /** Wall-clock limit from here to the last byte read, in milliseconds. */
  timeoutMs: number;
  signals: readonly AbortSignal[];
}): Promise<Exchange> {
  const { stream, maxResponseBytes, timeoutMs, signals } = options;
  const excerpt = createExcerpt(maxResponseBytes);
  let response: IncomingMessage | undefined;

  const answer = (): Answer | null => {
    if (response?.statusCode === undefined) return null;
    const { statusCode, headers } = response;
    return { statusCode, headers, retryAfter: headers['retry-after'], excerpt: excerpt.text() };
  };

  return new Promise<Exchange>((resolve, reject) => {
    /** Only the first end counts; destroying the stream leaves a connection that is free for reuse. */
    const release = () => {
      clearTimeout(timer);
      for (const { signal, abort } of aborts) signal.removeEventListener('abort', abort);
      stream.destroy();
    };
    const end = (exchange: Exchange) => {
      release();
      resolve(exchange);
    };
    const endAnswered = () => {
      const whole = answer();
      if (whole !== null) end({ kind: 'answered', answer: whole });
    };
    const aborts = signals.map((signal) => ({
      signal,
      abort: () => {
        release();
        reject(signal.reason);
      },
    }));
    // After a pause of this process, what has arrived meanwhile is read before the endpoint is blamed.
    const timer = setTimeout(() => {
      setImmediate(() => end({ kind: 'late', answer: answer() }));
    }, timeoutMs);

    for (const { signal, abort } of aborts) {
      // One signal ends every exchange under way, and Node warns of more than ten listeners.
      setMaxListeners(0, signal);
      signal.addEventListener('abort', abort, { once: true });
    }
    stream.on('error', (error: unknown) => {
      // What came after the end of the answer, like the body of a 204, takes nothing from it.
      if (response?.complete) endAnswered();
      else end({ kind: 'broken', answer: answer(), error });
    });
    stream.once('upgrade', (_response: IncomingMessage, socket: Duplex) => {
      socket.destroy();
      end({ kind: 'broken', answer: null, error: new SwitchedProtocolsError() });
    });
    stream.once('response', (incoming: IncomingMessage) => {
      response = incoming;
    });
    stream.on('data', (chunk: Buffer) => {
      if (!excerpt.add(chunk)) endAnswered();
    });
    stream.once('end', endAnswered);
  });
}
