import { Command } from 'commander';
import type { PosthornOptions } from '../config.js';
import { createLogger } from '../log.js';
import { createPosthorn, type Posthorn } from '../posthorn.js';
import { reportFailure } from './failure.js';
import type { OutputFlags } from './output.js';

/**
 * A command with `--json`, whose failures are reported in the form that was asked for.
 *
 * @param usage its name and arguments, like `show <id>`
 * @param jsonMeaning what `--json` prints
 */
export function createCommand<Flags extends OutputFlags, Args extends (string | string[])[] = []>(
  usage: string,
  description: string,
  run: (flags: Flags, ...args: Args) => Promise<void>,
  jsonMeaning = 'print one JSON document',
): Command {
  const [name, ...words] = usage.split(' ');
  const command = new Command(name);
  for (const word of words) command.argument(word);
  return command
    .description(description)
    .option('--json', jsonMeaning)
    .action(async (...received: unknown[]) => {
      const flags = received.at(-2) as Flags;
      try {
        await run(flags, ...(received.slice(0, -2) as Args));
      } catch (error) {
        reportFailure(error, flags);
      }
    });
}

/**
 * Opens Posthorn for one command, and stops it however the command ends. Logs warnings and worse.
 *
 * @param options settings that stand before the environment
 */
export async function withPosthorn<Result>(
  work: (posthorn: Posthorn) => Promise<Result>,
  options: PosthornOptions = {},
): Promise<Result> {
  const level = options.logLevel ?? (process.env.POSTHORN_LOG_LEVEL || 'warn');
  const log = createLogger(String(level));
  const posthorn = await createPosthorn(options, { log });
  try {
    return await work(posthorn);
  } finally {
    await posthorn.stop();
  }
}
