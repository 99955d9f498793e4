import { Command } from 'commander';
import type { Archive } from '../archive/archive.js';
import { parseDuration } from '../domain/duration.js';
import { InvalidInputError } from '../domain/errors.js';
import type { ReplayableStatus } from '../store/replays.js';
import { createCommand, withPosthorn } from './command.js';
import { readTime } from './option-values.js';
import { type OutputFlags, pairs, print, table } from './output.js';
import { withProgress } from './progress.js';

interface ReplayFlags extends OutputFlags {
  readonly account?: string;
  readonly from: string;
  readonly to: string;
  readonly for: string;
  readonly status?: ReplayableStatus[];
  readonly eventType?: string[];
}

/** `posthorn archive …` */
export function archiveCommands(): Command {
  return new Command('archive')
    .description('what left the tables: list it, verify it, bring it back')
    .addCommand(createCommand('status', 'show where it is, and what the tables hold', status))
    .addCommand(createCommand('list', 'list what is archived', list))
    .addCommand(
      createCommand('verify', 'read files back and compare them', verify).option(
        '--day <day>',
        'one day, like 2026-03-01; every day if none',
      ),
    )
    .addCommand(
      createCommand('restore <day>', 'bring a day back into the tables', restore).option(
        '--for <duration>',
        'how long it stays',
        '7d',
      ),
    )
    .addCommand(
      createCommand(
        'replay <webhookId>',
        'bring days back, and replay a webhook’s deliveries',
        replay,
      )
        .option('--account <id>', 'whose webhook it is')
        .requiredOption('--from <time>', 'a time, or how long ago')
        .requiredOption('--to <time>', 'a time, or how long ago')
        .option('--for <duration>', 'how long the days stay', '7d')
        .option('--status <status...>', 'exhausted, discarded, delivered; the first two if none')
        .option('--event-type <type...>', 'like expense.*; every type if none'),
    )
    .addCommand(
      createCommand('run', 'archive what is past its retention now', run).option(
        '--dry-run',
        'only say what it would be',
      ),
    );
}

async function status(flags: OutputFlags): Promise<void> {
  const found = await withPosthorn(async ({ archive }) => {
    const { configured, location } = archive;
    return { configured, location, tables: await archive.tables() };
  });
  print(flags, found, () => {
    const { days, oldestDay, newestDay, bytes } = found.tables;
    return pairs([
      ['archive', found.location ?? 'none: days past their retention are dropped'],
      ['tables', `${days} days, ${oldestDay ?? 'none'} to ${newestDay ?? 'none'}, ${bytes} bytes`],
    ]);
  });
}

async function list(flags: OutputFlags): Promise<void> {
  const manifests = await withPosthorn(({ archive }) => archive.list());
  print(flags, manifests, () => {
    if (manifests.length === 0) return 'nothing is archived';
    const rows = manifests.map(({ day, table: name, rows: count, compressedBytes, file }) => [
      day,
      name,
      String(count),
      String(compressedBytes),
      file,
    ]);
    return table(['day', 'table', 'rows', 'bytes', 'file'], rows);
  });
}

async function verify(flags: OutputFlags & { readonly day?: string }): Promise<void> {
  const found = await withPosthorn(({ archive }) =>
    withProgress('reading files back', (onProgress) => archive.verify(flags.day, onProgress)),
  );
  const faults = found.filter(({ fault }) => fault !== null);
  print(flags, found, () => {
    const lines = faults.map(({ manifest, fault }) => `${manifest.file}: ${fault}`);
    return [...lines, `${found.length} files read, ${faults.length} damaged`].join('\n');
  });
  if (faults.length > 0) process.exitCode = 1;
}

async function restore(flags: OutputFlags & { readonly for: string }, day: string): Promise<void> {
  const forMs = readDuration(flags.for);
  const rows = await withPosthorn(({ archive }) => restoreDay(archive, day, forMs));
  print(flags, { day, rows }, () => `${rows} rows of ${day} are back for ${flags.for}`);
}

function restoreDay(archive: Archive, day: string, forMs: number): Promise<number> {
  return withProgress(`restoring ${day}`, (onProgress) => archive.restore(day, forMs, onProgress));
}

async function replay(flags: ReplayFlags, webhookId: string): Promise<void> {
  const from = readTime('--from', flags.from);
  const to = readTime('--to', flags.to);
  const forMs = readDuration(flags.for);
  const result = await withPosthorn(async ({ archive, replays }) => {
    const first = from.toISOString().slice(0, 10);
    const last = to.toISOString().slice(0, 10);
    const days = new Set((await archive.list()).map(({ day }) => day));
    const restored = [...days].filter((day) => day >= first && day <= last);
    for (const day of restored) await restoreDay(archive, day, forMs);
    const { account: accountId, status: statuses, eventType: eventTypes } = flags;
    const started = await replays.start(webhookId, { accountId, from, to, statuses, eventTypes });
    return { restored, replay: started.replay };
  });
  print(
    flags,
    result,
    () =>
      `${result.restored.length} days restored; replay ${result.replay.id} makes ${result.replay.total} deliveries again`,
  );
}

async function run(flags: OutputFlags & { readonly dryRun?: boolean }): Promise<void> {
  const { dryRun = false } = flags;
  const done = await withPosthorn(({ archive }) =>
    withProgress('archiving', (onProgress) => archive.run({ dryRun, onProgress })),
  );
  print(flags, { dryRun, ...done }, () =>
    dryRun
      ? `${done.archived.length} partitions would leave: ${done.archived.join(', ') || 'none'}`
      : `${done.archived.length} partitions archived, ${done.dropped.length} dropped`,
  );
}

function readDuration(text: string): number {
  const durationMs = parseDuration(text);
  if (durationMs !== undefined && durationMs > 0) return durationMs;
  throw new InvalidInputError(
    `--for ${JSON.stringify(text)} does not fit: use a duration like 12h or 7d`,
  );
}
