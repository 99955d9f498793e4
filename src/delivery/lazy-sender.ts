import type { Sender, SenderOptions } from './sender.js';

/** A sender that is made when it is first needed: a backend that only enqueues need not load it. */
export interface LazySender {
  open(): Promise<Sender>;
  /** Stops it, if it was opened. */
  stop(): Promise<void>;
}

export function createLazySender(options: SenderOptions): LazySender {
  let opened: Promise<Sender> | undefined;
  return {
    open() {
      opened ??= import('./sender.js').then(({ createSender }) => createSender(options));
      return opened;
    },
    async stop() {
      (await opened)?.stop();
    },
  };
}
