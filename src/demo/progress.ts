import { bar, createLineDisplay } from './line-display.js';

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

/** @param rewrite true for a terminal: one line, rewritten; false for a line now and then */
export function createProgressDisplay(options: {
  write: (text: string) => void;
  rewrite: boolean;
}): ProgressDisplay {
  const display = createLineDisplay({ ...options, line: progressLine });
  return { ...display, show: (progress) => display.show(progress, progress.elapsedMs) };
}

/** One line of less than 80 columns, so that a terminal can rewrite it. */
function progressLine(progress: Progress): string {
  const { enqueued, delivered, owed, retries, elapsedMs } = progress;
  return [
    bar(delivered / owed, BAR_WIDTH),
    `enqueued ${enqueued}`,
    `delivered ${delivered}/${owed}`,
    `retries ${retries}`,
    `${(elapsedMs / 1_000).toFixed(1)} s`,
  ].join('  ');
}
