import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** A `posthorn start` that is started again whenever it ends, as a supervisor does. */
export interface KeptProcess {
  readonly role: string;
  /** Sends a signal to it, where it runs. */
  signal(signal: NodeJS.Signals): void;
  /** What it wrote to stderr and stdout, over all its lives. */
  output(): string;
  /** Asks it to stop in order, for good, and answers with its exit code. */
  stop(): Promise<number | null>;
  /** Ends it at once, for good. */
  kill(): Promise<void>;
}

/** How long a supervisor waits before it starts a process again, in milliseconds. */
const RESTART_PAUSE_MS = 300;

/** Starts a role and keeps it running. */
export function keepProcess(
  role: string,
  environment: Readonly<Record<string, string>>,
): KeptProcess {
  let child: ChildProcess | undefined;
  let output = '';
  let ending = false;

  async function run(): Promise<void> {
    while (!ending) {
      child = spawn(process.execPath, [MAIN, 'start', '--roles', role], {
        env: { PATH: process.env.PATH, ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on('data', (chunk: Buffer) => {
          output += chunk.toString('utf8');
        });
      }
      await once(child, 'close');
      if (!ending) await sleep(RESTART_PAUSE_MS);
    }
  }
  const over = run();

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    ending = true;
    // One that is stopped takes the signal only when it goes on.
    child?.kill(signal);
    child?.kill('SIGCONT');
    await over;
    return child?.exitCode ?? null;
  }

  return {
    role,
    signal: (signal) => void child?.kill(signal),
    output: () => output,
    stop: () => end('SIGTERM'),
    kill: async () => {
      await end('SIGKILL');
    },
  };
}

/** The ids of the processes of this machine that have the text in their environment. Linux alone tells. */
export function processesWith(text: string): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(text);
      } catch {
        // It has ended meanwhile, or is another user's.
        return false;
      }
    })
    .map(Number);
}
