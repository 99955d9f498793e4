import { durationInWords } from '../domain/policy-text.js';
import type { OnProgress, Progress } from '../domain/progress.js';
import { bar, createLineDisplay } from './line-display.js';

const BAR_WIDTH = 24;

/** As wide as a line may be where a terminal does not say how wide it is. */
const COLUMNS = 80;

/** Work below this is over before anybody looks. */
const ESTIMATE_AFTER_MS = 2_000;

/**
 * Does work that takes long, and shows on stderr how far it has come: a bar on a terminal, a line now and then
 * elsewhere.
 *
 * @param what what is done, like `restoring 2026-03-01`
 */
export async function withProgress<Result>(
  what: string,
  work: (onProgress: OnProgress) => Promise<Result>,
): Promise<Result> {
  const { stderr, env } = process;
  const startedAt = performance.now();
  const elapsedMs = () => performance.now() - startedAt;
  const display = createLineDisplay<Progress>({
    write: (text) => stderr.write(text),
    rewrite: stderr.isTTY === true && !env.CI,
    line: (progress) => {
      return progressLine(what, progress, elapsedMs()).slice(0, (stderr.columns || COLUMNS) - 1);
    },
  });
  try {
    return await work((progress) => display.show(progress, elapsedMs()));
  } finally {
    display.end();
  }
}

/** How far work has come, in one line. */
export function progressLine(what: string, { done, total }: Progress, elapsedMs: number): string {
  const share = total === 0 ? 1 : done / total;
  const leftMs = share === 0 ? Number.POSITIVE_INFINITY : elapsedMs / share - elapsedMs;
  const estimated = elapsedMs > ESTIMATE_AFTER_MS && share > 0 && share < 1;
  const words = [
    bar(share, BAR_WIDTH),
    `${Math.floor(share * 100)} %`,
    `${what}: ${done} of ${total}`,
    ...(estimated ? [`about ${durationInWords(Math.ceil(leftMs / 1_000) * 1_000)} left`] : []),
  ];
  return words.join('  ');
}
