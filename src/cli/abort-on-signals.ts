/** What a shell expects of a process that a signal ended: 128 and the signal's number. */
export const SIGNAL_EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** The end of a command that runs until it is told to stop. */
export interface Abortion {
  /** Aborted at the first signal, or when whoever reads the output has gone away. */
  readonly signal: AbortSignal;
  /** Ends it without a signal. */
  abort(): void;
  /** Resolves once it is aborted. */
  readonly aborted: Promise<void>;
  /** Leaves signals to Node again. */
  restore(): void;
}

/**
 * Aborts at the first signal. Further ones do nothing: they must not cut the clean-up short.
 *
 * @param onEnd told what ended it, a signal's name or an error
 */
export function abortOnSignals(
  onEnd: (reason: keyof typeof SIGNAL_EXIT_CODES | Error) => void = () => undefined,
): Abortion {
  const controller = new AbortController();
  const { signal } = controller;
  const end = (reason: keyof typeof SIGNAL_EXIT_CODES | Error) => {
    if (signal.aborted) return;
    onEnd(reason);
    controller.abort(reason instanceof Error ? reason : new Error(`ended by ${reason}`));
  };
  const onSignal = (name: keyof typeof SIGNAL_EXIT_CODES) => end(name);
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', end);
  return {
    signal,
    abort: () => controller.abort(),
    aborted: new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    }),
    restore() {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
      process.stdout.off('error', end);
    },
  };
}
