import type { Logger } from 'pino';
import type { QueueBackend } from './backend.js';
import type { QueueBoard } from './board.js';

/** The queue board, made when somebody first looks at it: it costs a process nothing before. */
export interface LazyQueueBoard {
  open(): Promise<QueueBoard>;
  /** Closes it, if it was opened. */
  close(): Promise<void>;
}

export function createLazyQueueBoard(backend: QueueBackend, log: Logger): LazyQueueBoard {
  let opened: Promise<QueueBoard> | undefined;
  return {
    open() {
      opened ??= import('./queue-board.js').then(({ openQueueBoard }) =>
        openQueueBoard(backend, log),
      );
      return opened;
    },
    async close() {
      await (await opened)?.close();
    },
  };
}
