import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PosthornOptions } from '../../src/config.js';
import { environment } from './posthorn-process.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** How a command ended. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command of what was built, with these settings and no others. */
export function runCommand(
  words: readonly string[],
  settings: PosthornOptions | Readonly<Record<string, string>>,
  input = '',
): Promise<CommandResult> {
  if (!existsSync(MAIN)) throw new Error('dist/ is missing: run `npm run build` first');
  const named = Object.keys(settings).some((name) => /^[A-Z_]+$/.test(name));
  const env = named ? (settings as Record<string, string>) : environment(settings);
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env.PATH, ...env } };
    const child = execFile(process.execPath, [MAIN, ...words], options, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : Number(error.code ?? -1);
      resolve({ exitCode, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

/** Runs a command with `--json` and answers with its document, which must be all of its output. */
export async function runJson<Document>(
  words: readonly string[],
  settings: PosthornOptions,
  input?: string,
): Promise<Document> {
  const { stdout } = await runCommand([...words, '--json'], settings, input);
  return JSON.parse(stdout) as Document;
}
