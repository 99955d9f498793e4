import { setTimeout as sleep } from 'node:timers/promises';
import { Command, Option } from 'commander';
import type { Posthorn } from '../posthorn.js';
import { REPLAYABLE, type Replay, type ReplayableStatus } from '../store/replays.js';
import { createCommand, withPosthorn } from './command.js';
import {
  type AccountFlags,
  type ListFlags,
  pageRequest,
  printPage,
  withPage,
} from './list-options.js';
import { readTime } from './option-values.js';
import { pairs, print, time } from './output.js';
import { withProgress } from './progress.js';

interface StartFlags extends AccountFlags {
  readonly from: string;
  readonly to?: string;
  readonly status?: ReplayableStatus[];
  readonly eventType?: string[];
  readonly rate?: string;
  readonly idempotencyKey?: string;
  readonly follow?: boolean;
}

/** How often a replay that is followed is looked at. */
const FOLLOW_MS = 500;

const ACCOUNT = ['--account <id>', 'whose webhook it is'] as const;

/** `posthorn replay …` */
export function replayCommands(): Command {
  return new Command('replay')
    .description('make past deliveries of a webhook again')
    .addCommand(
      createCommand('start <webhookId>', 'begin a replay', start)
        .option(...ACCOUNT)
        .option('--from <time>', 'a time, or how long ago', '24h')
        .option('--to <time>', 'a time, or how long ago; now if none')
        .addOption(
          new Option('--status <status...>', 'exhausted and discarded if none').choices(REPLAYABLE),
        )
        .option('--event-type <type...>', 'like expense.*; every type if none')
        .option('--rate <number>', 'most deliveries per second')
        .option('--idempotency-key <key>', 'a second replay with this key is not begun')
        .option('--follow', 'show its progress until it has ended'),
    )
    .addCommand(
      withPage(createCommand('list', 'list replays, newest first', list), {
        account: 'only of this account',
      }).option('--webhook <id>', 'of one webhook'),
    )
    .addCommand(
      createCommand('show <id>', 'show one replay', show)
        .option(...ACCOUNT)
        .option('--follow', 'show its progress until it has ended'),
    )
    .addCommand(createCommand('cancel <id>', 'end a replay', cancel).option(...ACCOUNT));
}

async function start(flags: StartFlags, webhookId: string): Promise<void> {
  const replay = await withPosthorn(async (posthorn) => {
    const { replay: begun } = await posthorn.replays.start(webhookId, {
      accountId: flags.account,
      from: readTime('--from', flags.from),
      to: flags.to === undefined ? undefined : readTime('--to', flags.to),
      statuses: flags.status,
      eventTypes: flags.eventType,
      rate: flags.rate === undefined ? undefined : Number(flags.rate),
      idempotencyKey: flags.idempotencyKey,
    });
    return flags.follow ? follow(posthorn, begun) : begun;
  });
  print(flags, replay, () => describe(replay));
}

/** Shows how far a replay has come, until it has ended. */
function follow({ replays }: Posthorn, begun: Replay): Promise<Replay> {
  return withProgress('deliveries made again', async (onProgress) => {
    let replay = begun;
    for (;;) {
      const { replayed: done, total, id } = replay;
      await onProgress({ done, total, at: id });
      if (replay.status !== 'running') return replay;
      await sleep(FOLLOW_MS);
      replay = await replays.get(id);
    }
  });
}

async function list(flags: ListFlags & { readonly webhook?: string }): Promise<void> {
  const page = await withPosthorn(({ replays }) =>
    replays.list({ ...pageRequest(flags), webhookId: flags.webhook }),
  );
  printPage(flags, page, {
    none: 'no replays',
    header: ['id', 'webhook', 'status', 'progress', 'begun'],
    row: (replay) => [
      replay.id,
      replay.webhookId,
      replay.status,
      `${replay.replayed} of ${replay.total}`,
      time(replay.createdAt),
    ],
  });
}

async function show(
  flags: AccountFlags & { readonly follow?: boolean },
  id: string,
): Promise<void> {
  const replay = await withPosthorn(async (posthorn) => {
    const found = await posthorn.replays.get(id, { accountId: flags.account });
    return flags.follow ? follow(posthorn, found) : found;
  });
  print(flags, replay, () => describe(replay));
}

async function cancel(flags: AccountFlags, id: string): Promise<void> {
  const replay = await withPosthorn(({ replays }) =>
    replays.cancel(id, { accountId: flags.account }),
  );
  print(flags, replay, () => describe(replay));
}

function describe(replay: Replay): string {
  return pairs([
    ['id', replay.id],
    ['webhook', replay.webhookId],
    ['status', replay.status],
    ['progress', `${replay.replayed} of ${replay.total}`],
    ['from', time(replay.from)],
    ['to', time(replay.to)],
    ['of', replay.statuses.join(', ')],
    ['event types', replay.eventTypes.join(', ') || 'all'],
    ['ended', time(replay.endedAt)],
  ]);
}
