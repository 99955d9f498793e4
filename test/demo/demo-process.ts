import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { pollUntil } from '../support/poll.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Settings that would stop any command that read them. */
const SETTINGS_TO_IGNORE = {
  DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none',
  REDIS_URL: 'redis://127.0.0.1:1',
  POSTHORN_TIMEOUT: 'soon',
  POSTHORN_DATA_DIR: '/dev/null',
};

/** A `posthorn demo` of its own, with a folder of its own for what it puts into the temporary one. */
export interface DemoProcess {
  /** Resolves once it wrote that to stderr. */
  says(words: string): Promise<string>;
  send(signal: NodeJS.Signals): void;
  /** Resolves when it ended. */
  ended(): Promise<{ exitCode: number | null; stdout: string }>;
  /** What it left behind: entries of the folder, and command lines of processes that work in it. */
  remains(): Promise<{ entries: string[]; processes: string[] }>;
  readonly folder: string;
}

/** Starts the demo from what was built, with settings in its environment that it has to ignore. */
export async function startDemoProcess(...args: string[]): Promise<DemoProcess> {
  if (!existsSync(MAIN)) throw new Error('dist/ is missing: run `npm run build` first');
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-test-demo-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o711); // where PostgreSQL runs as another user
  const child = spawn(process.execPath, [MAIN, 'demo', ...args], {
    env: { ...process.env, ...SETTINGS_TO_IGNORE, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stdout = text(child.stdout);
  const exited = once(child, 'exit');
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  onTestFinished(() => end(child, exited));
  return {
    folder,
    says: (words) =>
      pollUntil(
        () => {
          if (child.exitCode !== null) throw new Error(`the demo ended early: ${stderr}`);
          return stderr;
        },
        (said) => said.includes(words),
        { deadlineMs: 60_000, what: `"${words}"` },
      ),
    send: (signal) => child.kill(signal),
    ended: async () => {
      await exited;
      return { exitCode: child.exitCode, stdout: await stdout };
    },
    remains: async () => ({
      entries: await readdir(folder),
      processes: (await commandLines()).filter((line) => line.includes(folder)),
    }),
  };
}

/** A test that fails halfway leaves it running: asked to, it clears up after itself. */
async function end(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM');
  await exited;
}

async function commandLines(): Promise<string[]> {
  if (process.platform !== 'linux') {
    const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'args=']);
    return stdout.split('\n');
  }
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  // One that ended meanwhile has none.
  return Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
}
