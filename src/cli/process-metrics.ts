import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Logger } from 'pino';
import type { MetricsSnapshot } from '../metrics.js';
import type { ProcessMetrics } from '../services.js';

/** How long a worker process may take to tell its metrics, in milliseconds: a scrape waits for it. */
const LIMIT_MS = 2_000;

/** What a parent asks: the metrics, under this name of the process. */
interface Question {
  readonly tellMetricsAs: string;
}

/**
 * Asks a worker process for its metrics. Undefined where it does not answer in time: it starts, ends or is too
 * busy, and a scrape tells of the others.
 */
export async function askForMetrics(
  child: ChildProcess,
  name: string,
  log: Logger,
): Promise<MetricsSnapshot | undefined> {
  const question: Question = { tellMetricsAs: name };
  try {
    const answered = once(child, 'message', { signal: AbortSignal.timeout(LIMIT_MS) });
    child.send(question);
    const [snapshot] = await answered;
    return snapshot as MetricsSnapshot;
  } catch (error) {
    log.debug({ error, workerPid: child.pid }, 'a worker process did not tell its metrics');
    return undefined;
  }
}

/** Answers the parent that asks for this process's metrics. */
export function answerMetrics(metrics: Pick<ProcessMetrics, 'nameProcess' | 'snapshot'>): void {
  process.on('message', async ({ tellMetricsAs }: Question) => {
    metrics.nameProcess(tellMetricsAs);
    const snapshot = await metrics.snapshot();
    // The parent may be gone by now; then nobody waits for it.
    if (process.connected) process.send?.(snapshot);
  });
}
