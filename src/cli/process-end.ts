import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import { EXIT_FAILED } from './failure.js';

/** What a stop may take beyond the shutdown timeout, before the process ends all the same, in milliseconds. */
export const STOP_PATIENCE_MS = 10_000;

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** The end of this process: once, in order, and within a limit of time. */
export interface ProcessEnd {
  readonly begun: boolean;
  /** Stops in order and exits with the code. Does nothing where the end has begun, and says why where not. */
  begin(code: number, reason: Readonly<Record<string, unknown>>): void;
}

/** Prepares the end, which begins by itself at a fault that nothing caught. */
export function prepareEnd(options: {
  stop: () => Promise<void>;
  settings: Pick<Settings, 'shutdownTimeout'>;
  log: Logger;
}): ProcessEnd {
  const { stop, settings, log } = options;
  let begun = false;

  async function end(code: number): Promise<void> {
    setTimeout(() => {
      log.fatal('the stop took too long');
      process.exit(EXIT_FAILED);
    }, settings.shutdownTimeout + STOP_PATIENCE_MS).unref();
    try {
      await stop();
    } catch (error) {
      log.fatal({ error }, 'the stop failed');
      process.exit(EXIT_FAILED);
    }
    log.info('stopped');
    process.exit(code);
  }

  function beginOnce(code: number): void {
    if (begun) return;
    begun = true;
    void end(code);
  }

  for (const fault of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(fault, (error) => {
      log.fatal({ error }, fault);
      beginOnce(EXIT_FAILED);
    });
  }
  return {
    get begun() {
      return begun;
    },
    begin(code, reason) {
      if (!begun) log.info(reason, 'stopping');
      beginOnce(code);
    },
  };
}

/** The first signal stops in order; a second one ends at once. */
export function endOnSignals(end: ProcessEnd): void {
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      if (end.begun) process.exit(code);
      end.begin(0, { signal });
    });
  }
}
