import { type ChildProcess, fork } from 'node:child_process';
import { once, setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { MetricsSnapshot } from '../metrics.js';
import { askForMetrics } from './process-metrics.js';
import { WORKER_PROCESS } from './worker-process-command.js';

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));

const FIRST_PAUSE_MS = 1_000;

const LONGEST_PAUSE_MS = 30_000;

/** A worker process that ran for as long is well, and the next pause is the first again. */
const WELL_AFTER_MS = 60_000;

/** Further processes in the role worker, kept running. */
export interface WorkerProcesses {
  start(): void;
  /** The metrics of each that tells them, under its number, which the one that takes its place has, too. */
  metrics(): Promise<readonly MetricsSnapshot[]>;
  /**
   * Tells them all to stop in order, and kills those that have not within the limit. Resolves once none is
   * left. May be called twice, or before `start`.
   */
  stop(): Promise<void>;
}

/**
 * Keeps worker processes running: one that ends by itself is started again, after a pause. However this
 * process exits, none stays: those still there are killed, and one whose parent was killed stops by itself.
 */
export function createWorkerProcesses(options: {
  count: number;
  /** How long a stop may take. */
  stopLimitMs: number;
  log: Logger;
}): WorkerProcesses {
  const { count, stopLimitMs, log } = options;
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal); // one for each pause
  const children = new Map<number, ChildProcess>();
  let kept: Promise<void>[] = [];
  let stopped: Promise<void> | undefined;

  /** Resolves when the process has ended; rejects where it could not be started. */
  async function runOne(number: number): Promise<Record<string, unknown>> {
    const child = fork(MAIN, [WORKER_PROCESS], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    children.set(number, child);
    try {
      const [code, signal] = await once(child, 'exit');
      return { workerPid: child.pid, code, signal };
    } finally {
      children.delete(number);
    }
  }

  async function keepOne(number: number): Promise<void> {
    let pauseMs = 0;
    while (!stopping.signal.aborted) {
      const startedAt = performance.now();
      const end = await runOne(number).catch((error: unknown) => ({ error }));
      if (stopping.signal.aborted) return;
      pauseMs = restartPauseMs(pauseMs, performance.now() - startedAt);
      log.error({ ...end, pauseMs }, 'a worker process ended and is started again');
      // A stop cuts the pause short.
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  function kill(): void {
    for (const child of children.values()) child.kill('SIGKILL');
  }

  async function stop(): Promise<void> {
    stopping.abort();
    for (const child of children.values()) child.kill('SIGTERM');
    const limit = setTimeout(kill, stopLimitMs);
    await Promise.all(kept);
    clearTimeout(limit);
    process.off('exit', kill);
  }

  return {
    start() {
      if (kept.length > 0) return;
      process.on('exit', kill);
      kept = Array.from({ length: count }, (_, index) => keepOne(index + 1));
    },
    async metrics() {
      const asked = [...children].map(([number, child]) =>
        askForMetrics(child, String(number), log),
      );
      return (await Promise.all(asked)).filter((snapshot) => snapshot !== undefined);
    },
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

/**
 * The pause before a worker process is started again, in milliseconds: 1 s, doubled at each further end up
 * to 30 s, and 1 s again once it ran for a minute.
 *
 * @param lastPauseMs the pause before; 0 where there was none
 * @param ranMs how long the process ran
 */
export function restartPauseMs(lastPauseMs: number, ranMs: number): number {
  if (lastPauseMs === 0 || ranMs >= WELL_AFTER_MS) return FIRST_PAUSE_MS;
  return Math.min(lastPauseMs * 2, LONGEST_PAUSE_MS);
}
