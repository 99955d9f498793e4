import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CodeBlock, placeOf, ROOT } from './pages.js';

/** Runs blocks of shell. */
export interface Shell {
  /**
   * Runs a block by `sh -eu` in a folder; rejects with what it printed where a command of it fails.
   *
   * @returns what it wrote to stdout
   */
  run(
    block: CodeBlock,
    options: { folder: string; environment: Readonly<Record<string, string>> },
  ): Promise<string>;
  /** Parses a block, and rejects where it is no shell. */
  parse(block: CodeBlock): Promise<void>;
  stop(): Promise<void>;
}

/** What a block may take; one that starts something and stays belongs into `NOT_RUN`. */
const LIMIT_MS = 60_000;

/**
 * What stands in for the commands of a machine where Posthorn is installed. Each is as thin as it can be:
 * `posthorn`, `npx posthorn` and `npm run posthorn` are what was built, run by `command-process.mjs`; curl
 * asks the test's own servers in place of those of the documents' ports, and fails for an answer of 4xx and
 * 5xx; psql is `psql.mjs`.
 */
const COMMANDS: Readonly<Record<string, string>> = {
  posthorn: `given=$(mktemp -d); trap 'rm -r "$given"' EXIT
    [ $# -eq 0 ] || printf '%s\\0' "$@" > "$given/arguments"
    env -0 > "$given/environment"; pwd > "$given/directory"; cat > "$given/stdin"
    code=$(PATH=$REAL_PATH curl -q -sS --unix-socket "$COMMANDS" http://commands -d "$given")
    cat "$given/stdout"; cat "$given/stderr" >&2
    exit $code`,
  npx: `[ "$1" = posthorn ] || { echo "npx $1 is not for a test" >&2; exit 1; }
    shift; exec posthorn "$@"`,
  npm: `[ "$1" = run ] && shift; [ "$1" = --silent ] && shift
    [ "$1" = posthorn ] || { echo "npm $1 is not for a test" >&2; exit 1; }
    shift; [ "$1" = -- ] && shift; exec posthorn "$@"`,
  curl: `count=$#
    while [ $count -gt 0 ]; do
      word=$1; shift
      case "$word" in
        http://localhost:3000*) word="$BACKEND\${word#http://localhost:3000}" ;;
        localhost:3000*) word="$BACKEND\${word#localhost:3000}" ;;
        http://127.0.0.1:4400*) word="$POSTHORN\${word#http://127.0.0.1:4400}" ;;
        localhost:4400*) word="$POSTHORN\${word#localhost:4400}" ;;
      esac
      set -- "$@" "$word"; count=$((count - 1))
    done
    PATH=$REAL_PATH exec curl -q -sS --fail-with-body "$@"`,
  psql: `exec node '${join(ROOT, 'test/docs/psql.mjs')}' "$@"`,
};

/** @param folder where its commands are written to */
export async function startShell(folder: string): Promise<Shell> {
  await mkdir(folder, { recursive: true });
  for (const [name, script] of Object.entries(COMMANDS)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, name), 0o755);
  }
  const socket = join(folder, 'commands.sock');
  const main = fileURLToPath(new URL('command-process.mjs', import.meta.url));
  const commands = fork(main, [socket], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exited = once(commands, 'exit');
  await Promise.race([once(commands, 'message'), exited]);
  const { PATH = '' } = process.env;

  function execute(
    block: CodeBlock,
    args: readonly string[],
    options: { cwd: string; env: NodeJS.ProcessEnv },
  ): Promise<string> {
    return new Promise((resolve, reject) => {
      const all = [...args, '-c', block.text];
      const limited = { ...options, timeout: LIMIT_MS };
      const child = execFile('sh', all, limited, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else
          reject(
            new Error(
              `${placeOf(block)} ${error.killed ? 'did not end' : 'failed'}:\n${block.text}\n${stdout}${stderr}`,
            ),
          );
      });
      child.stdin?.end();
    });
  }

  return {
    run(block, { folder: cwd, environment }) {
      const ours = { PATH: `${folder}:${PATH}`, REAL_PATH: PATH, HOME: cwd, COMMANDS: socket };
      return execute(block, ['-eu'], { cwd, env: { ...environment, ...ours } });
    },
    async parse(block) {
      await execute(block, ['-n'], { cwd: folder, env: { PATH } });
    },
    async stop() {
      commands.kill('SIGKILL');
      await exited;
    },
  };
}
