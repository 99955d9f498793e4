import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { createArrivals } from './arrivals.js';

/** A Node process of a test's own, killed when the test has finished. */
export interface NodeProcess {
  /** Lines of stdout and stderr so far. */
  readonly lines: readonly string[];
  /** Resolves with the first match in a line, past or to come; rejects when the process ends without. */
  waitForLine(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves with the exit code; null where a signal ended it. */
  readonly exited: Promise<number | null>;
  /** Sends SIGTERM, and answers with the exit code. */
  stop(): Promise<number | null>;
}

/** Starts Node with these arguments, and no environment but the given one and PATH. */
export function startNode(
  args: readonly string[],
  options: { cwd: string; environment: Readonly<Record<string, string>> },
): NodeProcess {
  const child = spawn(process.execPath, args, {
    cwd: options.cwd,
    env: { PATH: process.env.PATH, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const arrivals = createArrivals<string>('lines');
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', arrivals.add);
  }
  const exited = once(child, 'close').then(([code]) => code as number | null);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });

  async function waitForLine(pattern: RegExp): Promise<RegExpExecArray> {
    for (let next = 0; ; next += 1) {
      await Promise.race([arrivals.waitFor(next + 1, 30_000), exited]);
      const line = arrivals.all[next];
      if (line === undefined) {
        throw new Error(`the process ended without ${pattern}:\n${arrivals.all.join('\n')}`);
      }
      const match = pattern.exec(line);
      if (match !== null) return match;
    }
  }

  return {
    lines: arrivals.all,
    waitForLine,
    exited,
    stop() {
      child.kill('SIGTERM');
      return exited;
    },
  };
}
