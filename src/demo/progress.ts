/** How far the demo is. */
export interface Progress {
  readonly enqueued: number;
  /** Events that the receivers accepted, summed over them. */
  readonly delivered: number;
  /** How many that will be. */
  readonly owed: number;
  /** Requests that the receivers refused, each of which is tried again. */
  readonly retries: number;
  readonly elapsedMs: number;
}

/** Shows how far the demo is. */
export interface ProgressDisplay {
  /** Shows a phase that has no numbers. */
  say(text: string): void;
  /** Shows numbers; more often than they can be read does no harm. */
  show(progress: Progress): void;
  /** Shows the last numbers, and ends the line that is being rewritten. May be called twice. */
  end(): void;
}

const BAR_WIDTH = 10;
const ERASE_LINE = '\r\u001b[K';

/** How often a terminal's line is rewritten, and how often a line is printed elsewhere. */
const REWRITE_MS = 80;
const PRINT_MS = 2_000;

/** @param rewrite true for a terminal: one line, rewritten; false for a line now and then */
export function createProgressDisplay(options: {
  write: (text: string) => void;
  rewrite: boolean;
}): ProgressDisplay {
  const { write, rewrite } = options;
  let latest: Progress | undefined;
  let shown: Progress | undefined;

  function print(progress: Progress): void {
    shown = progress;
    const line = progressLine(progress);
    write(rewrite ? ERASE_LINE + line : `${line}\n`);
  }

  function end(): void {
    if (latest === undefined) return;
    if (latest !== shown) print(latest);
    if (rewrite) write('\n');
    latest = undefined;
    shown = undefined;
  }

  return {
    say(text) {
      end();
      write(`${text}\n`);
    },
    show(progress) {
      latest = progress;
      const pauseMs = rewrite ? REWRITE_MS : PRINT_MS;
      if (shown === undefined || progress.elapsedMs - shown.elapsedMs >= pauseMs) print(progress);
    },
    end,
  };
}

/** One line of less than 80 columns, so that a terminal can rewrite it. */
function progressLine(progress: Progress): string {
  const { enqueued, delivered, owed, retries, elapsedMs } = progress;
  const filled = Math.round((BAR_WIDTH * delivered) / owed);
  return [
    `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}]`,
    `enqueued ${enqueued}`,
    `delivered ${delivered}/${owed}`,
    `retries ${retries}`,
    `${(elapsedMs / 1_000).toFixed(1)} s`,
  ].join('  ');
}
