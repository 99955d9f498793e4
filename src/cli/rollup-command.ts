import type { Command } from 'commander';
import { parseDuration } from '../domain/duration.js';
import { InvalidInputError } from '../domain/errors.js';
import { createCommand, withPosthorn } from './command.js';
import { type OutputFlags, print, time } from './output.js';
import { withProgress } from './progress.js';

/** `posthorn rollup`: counts attempts again, from those that are there. */
export function rollupCommand(): Command {
  return createCommand('rollup', 'count attempts for the quality figures again', rollup).option(
    '--since <duration>',
    'how far back',
    '2d',
  );
}

async function rollup(flags: OutputFlags & { readonly since: string }): Promise<void> {
  const sinceMs = parseDuration(flags.since);
  if (sinceMs === undefined) {
    throw new InvalidInputError(
      `--since ${JSON.stringify(flags.since)} does not fit: use a duration like 2d`,
    );
  }
  const since = new Date(Date.now() - sinceMs);
  const from = await withPosthorn((posthorn) =>
    withProgress('counting hours', (onProgress) => posthorn.rollup.recompute(since, onProgress)),
  );
  print(flags, { from }, () => `counted again from ${time(from)} on`);
}
