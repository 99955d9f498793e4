import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.js';
import { parseDuration } from '../domain/duration.js';
import { ConflictError, InvalidInputError, missing, PosthornError } from '../domain/errors.js';
import { checkKey } from '../domain/event.js';
import { isId, newId } from '../domain/id.js';
import type { Actor } from '../domain/notice.js';
import type { OnProgress, Progress } from '../domain/progress.js';
import type { Ledger } from '../store/ledger.js';
import type { Page } from '../store/page.js';
import {
  endTask,
  findTask,
  insertTask,
  listTasks,
  noteTaskProgress,
  type TakenTask,
  type Task,
  type TaskFilter,
  takeTask,
} from '../store/tasks.js';
import type { Archive } from './archive.js';
import { parseDay } from './day.js';
import type { Erasure } from './erasure.js';

/** What can be asked for. */
export type TaskInput =
  | { readonly kind: 'archive'; readonly dryRun?: boolean | undefined }
  | { readonly kind: 'verify'; readonly day?: string | undefined }
  | { readonly kind: 'restore'; readonly day: string; readonly for?: string | undefined }
  | { readonly kind: 'erasure'; readonly accountId: string; readonly dryRun?: boolean | undefined };

/** Long work that somebody asks for and nobody waits for. Unknown ids throw `NotFoundError`. */
export interface Tasks {
  /**
   * Notes what is to be done; a scheduler begins within some seconds. Throws `InvalidInputError` for what
   * does not fit, and `ConflictError` where 20 wait already.
   */
  start(input: TaskInput, options?: { readonly actor?: Actor | undefined }): Promise<Task>;
  get(id: string): Promise<Task>;
  /** A page of tasks, newest first. */
  list(filter?: TaskFilter): Promise<Page<Task>>;
  /** Does what waits, one after the other. Nothing where another process does. */
  work(): Promise<void>;
}

const MOST_OPEN = 20;

/** How long a process may give no sign of life before another takes its task. Each step must be shorter. */
const LEASE_MS = 10 * 60_000;

/** How often a task is begun before it is given up. */
const MOST_TRIES = 3;

/** How often progress is written at most, in milliseconds. */
const NOTE_EVERY_MS = 1_000;

/** Names and faults that a result lists at most. */
const MOST_LISTED = 100;

const LONGEST_RESTORE = '365d';

export function createTasks(options: {
  ledger: Ledger;
  archive: Archive;
  erasure: Erasure;
  clock: Clock;
  log: Logger;
}): Tasks {
  const { ledger, archive, erasure, clock, log } = options;

  const leaseEnd = () => new Date(clock().getTime() + LEASE_MS);

  async function carryOut(input: TaskInput, onProgress: OnProgress) {
    switch (input.kind) {
      case 'archive': {
        const { dryRun } = input;
        const { archived, dropped } = await archive.run({ dryRun, onProgress });
        return { archived: listed(archived), dropped: listed(dropped) };
      }
      case 'verify': {
        const found = await archive.verify(input.day, onProgress);
        const damaged = found.flatMap(({ manifest: { file }, fault }) =>
          fault === null ? [] : [{ file, fault }],
        );
        return { files: found.length, damaged: listed(damaged) };
      }
      case 'restore': {
        const { day, for: duration = '7d' } = input;
        return { rows: await archive.restore(day, parseDuration(duration) ?? 0, onProgress) };
      }
      case 'erasure': {
        const { accountId, dryRun } = input;
        const { files, ...report } = await erasure.run(accountId, { dryRun, onProgress });
        return { ...report, files: files.length };
      }
      default:
        return input satisfies never;
    }
  }

  async function work({ id, kind, input, tries }: TakenTask): Promise<void> {
    if (tries > MOST_TRIES) {
      const error = `given up: ${MOST_TRIES} processes ended while they worked on it`;
      return endTask(ledger, id, { status: 'failed', error }, clock());
    }
    const begun = clock().getTime();
    let noted = Number.NEGATIVE_INFINITY;
    const onProgress = async (progress: Progress) => {
      const now = performance.now();
      if (now - noted < NOTE_EVERY_MS) return;
      noted = now;
      await noteTaskProgress(ledger, id, { progress, until: leaseEnd() });
    };
    try {
      const result = await carryOut({ ...input, kind } as TaskInput, onProgress);
      await endTask(ledger, id, { status: 'done', result }, clock());
      log.info({ taskId: id, kind, durationMs: clock().getTime() - begun }, 'task done');
    } catch (error) {
      log.error({ error, taskId: id, kind }, 'task failed');
      await endTask(ledger, id, { status: 'failed', error: reasonOf(error) }, clock());
    }
  }

  return {
    async start(given, { actor = 'owner' } = {}) {
      const { kind, ...input } = checkInput(given, archive);
      const now = clock();
      const row = { id: newId('tsk_', now), kind, input, requestedBy: actor };
      const task = await insertTask(ledger, row, { most: MOST_OPEN, now });
      if (task !== undefined) return task;
      throw new ConflictError(`${MOST_OPEN} tasks wait or run already`, {
        hint: 'wait until one has ended',
      });
    },
    async get(id) {
      const task = isId('tsk_', id) ? await findTask(ledger, id) : undefined;
      return task ?? missing('task', id);
    },
    list: (filter = {}) => listTasks(ledger, filter),
    async work() {
      for (;;) {
        const task = await takeTask(ledger, { now: clock(), until: leaseEnd() });
        if (task === undefined) return;
        await work(task);
      }
    },
  };
}

function checkInput(input: TaskInput, { configured }: Pick<Archive, 'configured'>): TaskInput {
  const { kind } = input;
  if (kind === 'erasure') return { ...input, accountId: checkKey('accountId', input.accountId) };
  if (kind !== 'archive' && !configured) {
    throw new InvalidInputError('there is no archive: POSTHORN_ARCHIVE is not set', {
      hint: 'set it to a folder, or to s3://BUCKET/PREFIX',
    });
  }
  if (kind !== 'archive' && input.day !== undefined) parseDay(input.day);
  if (kind === 'restore' && input.for !== undefined) checkLength(input.for);
  return input;
}

function checkLength(text: string): void {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0 && ms <= (parseDuration(LONGEST_RESTORE) ?? 0)) return;
  throw new InvalidInputError(`for: not a duration up to ${LONGEST_RESTORE}, like 7d`, {
    details: { for: `not a duration up to ${LONGEST_RESTORE}, like 7d` },
  });
}

/** The first of many, so that a result stays small, and how many there are. */
function listed<Item>(items: readonly Item[]) {
  return { count: items.length, first: items.slice(0, MOST_LISTED) };
}

/** What is told of a fault: what we throw on purpose says what to do, and anything else stands in the log. */
function reasonOf(error: unknown): string {
  return error instanceof PosthornError ? error.message : 'the log of the scheduler has the reason';
}
