import type { DemoProgress, ProgressDisplay } from '../demo/progress.js';
import { bar, createLineDisplay } from './line-display.js';

const BAR_WIDTH = 10;

/**
 * Shows how far the demo is, in one line.
 *
 * @param rewrite true for a terminal: one line, rewritten; false for a line now and then
 */
export function createProgressDisplay(options: {
  write: (text: string) => void;
  rewrite: boolean;
}): ProgressDisplay {
  const display = createLineDisplay({ ...options, line: progressLine });
  return { ...display, show: (progress) => display.show(progress, progress.elapsedMs) };
}

/** One line of less than 80 columns, so that a terminal can rewrite it. */
function progressLine(progress: DemoProgress): string {
  const { enqueued, delivered, owed, retries, elapsedMs } = progress;
  return [
    bar(delivered / owed, BAR_WIDTH),
    `enqueued ${enqueued}`,
    `delivered ${delivered}/${owed}`,
    `retries ${retries}`,
    `${(elapsedMs / 1_000).toFixed(1)} s`,
  ].join('  ');
}
