import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { type PosthornOptions, SETTINGS } from '../../src/config.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** A `posthorn start` of its own. */
export interface PosthornProcess {
  /** Kills it as a crash would: nothing is finished, nothing is said. */
  kill(): Promise<void>;
  /** Asks it to stop, and answers with its exit code. */
  stop(): Promise<number | null>;
}

/**
 * Starts `posthorn start --roles …` with these settings and no others.
 *
 * @param main the command line of another release than what was built
 */
export function startPosthornProcess(
  options: PosthornOptions,
  roles: string,
  main = MAIN,
): PosthornProcess {
  if (!existsSync(main)) throw new Error('dist/ is missing: run `npm run build` first');
  const child = spawn(process.execPath, [main, 'start', '--roles', roles], {
    env: { PATH: process.env.PATH, ...environment(options) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const kill = async () => {
    await end(child, 'SIGKILL');
  };
  onTestFinished(kill);
  return { kill, stop: () => end(child, 'SIGTERM') };
}

/** Options as the environment variables that say the same. */
export function environment(options: PosthornOptions): Record<string, string> {
  const entries = Object.entries(options) as [keyof typeof SETTINGS, string | number][];
  return Object.fromEntries(entries.map(([name, value]) => [SETTINGS[name].env, String(value)]));
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
  return child.exitCode;
}
