import type { Command } from 'commander';
import { createCommand, withPosthorn } from './command.js';
import { EXIT_FAILED } from './failure.js';
import { type OutputFlags, print } from './output.js';
import { withProgress } from './progress.js';

/** `posthorn rekey`: seals every signing secret with the present `POSTHORN_SECRET_KEY`. */
export function rekeyCommand(): Command {
  return createCommand(
    'rekey',
    'seal all signing secrets with the present POSTHORN_SECRET_KEY',
    rekey,
  );
}

async function rekey(flags: OutputFlags): Promise<void> {
  const report = await withPosthorn(({ webhooks }) =>
    withProgress('sealing secrets of webhooks', (onProgress) => webhooks.rekey(onProgress)),
  );
  const { webhooks, rekeyed, unreadable } = report;
  if (unreadable.length > 0) process.exitCode = EXIT_FAILED;
  print(flags, report, () => {
    const done = `${rekeyed} of ${webhooks} webhooks had secrets under a former key, now under the present one`;
    return unreadable.length === 0
      ? `${done}; POSTHORN_FORMER_SECRET_KEYS is needed no more`
      : `${done}\n${unreadable.length} have secrets that no key opens: ${unreadable.join(', ')}`;
  });
}
