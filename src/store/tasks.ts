import type { Prisma, Task as TaskRow } from './generated/client.js';
import type { TaskKind, TaskStatus } from './generated/enums.js';
import type { Ledger } from './ledger.js';
import { type Page, type PageRequest, readPage } from './page.js';

/** What a task was given, or came to: JSON. */
export type Facts = Readonly<Record<string, unknown>>;

/** Long work that somebody asked for: it is done by a scheduler, one after the other. */
export interface Task {
  readonly id: string;
  readonly kind: TaskKind;
  /** What was asked for, like `{ day: '2026-03-01', for: '7d' }`. */
  readonly input: Facts;
  readonly status: TaskStatus;
  /** `owner`, `setting` or the id of an API key. */
  readonly requestedBy: string;
  /** Null before it began. */
  readonly progress: TaskProgress | null;
  /** What it came to; null until it is done. */
  readonly result: Facts | null;
  /** Why it failed. */
  readonly error: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

export interface TaskProgress {
  readonly done: number;
  readonly total: number;
  readonly at: string;
}

/** A task that a process has taken. */
export type TakenTask = Pick<Task, 'id' | 'kind' | 'input'> & {
  /** How often a process began with it, this time included. */
  readonly tries: number;
};

export interface TaskFilter extends PageRequest {
  readonly kind?: TaskKind | undefined;
}

/** Writes a task that waits; undefined where so many wait or run already. */
export async function insertTask(
  ledger: Ledger,
  task: Pick<Task, 'id' | 'kind' | 'input' | 'requestedBy'>,
  { most, now }: { readonly most: number; readonly now: Date },
): Promise<Task | undefined> {
  const open = await ledger.task.count({ where: { dueAt: { not: null } } });
  if (open >= most) return undefined;
  const input = task.input as Prisma.InputJsonObject;
  const data = { ...task, input, dueAt: now, createdAt: now };
  return toTask(await ledger.task.create({ data }));
}

export async function findTask(ledger: Ledger, id: string): Promise<Task | undefined> {
  const row = await ledger.task.findUnique({ where: { id } });
  return row === null ? undefined : toTask(row);
}

/** A page of tasks, newest first. */
export function listTasks(ledger: Ledger, filter: TaskFilter): Promise<Page<Task>> {
  const { kind } = filter;
  return readPage(
    filter,
    ({ before, take }) =>
      ledger.task.findMany({
        where: {
          ...(kind === undefined ? {} : { kind }),
          ...(before === undefined ? {} : { id: { lt: before } }),
        },
        orderBy: { id: 'desc' },
        take,
      }),
    toTask,
  );
}

/**
 * Takes the first task that has not ended, under a lease; undefined where there is none, or a process has it.
 * As it is always the first, two are never under way at once.
 */
export async function takeTask(
  ledger: Ledger,
  { now, until }: { readonly now: Date; readonly until: Date },
): Promise<TakenTask | undefined> {
  const [row] = await ledger.$queryRaw<TakenTask[]>`
    UPDATE posthorn.tasks SET status = 'running', due_at = ${until.toISOString()}::timestamptz,
      tries = tries + 1, started_at = coalesce(started_at, ${now.toISOString()}::timestamptz)
    WHERE id = (SELECT id FROM posthorn.tasks WHERE due_at IS NOT NULL ORDER BY id LIMIT 1)
      AND due_at <= ${now.toISOString()}::timestamptz
    RETURNING id, kind::text AS kind, input, tries`;
  return row;
}

/** Notes how far a task has come, and moves the end of its lease. */
export async function noteTaskProgress(
  ledger: Ledger,
  id: string,
  { progress, until }: { readonly progress: TaskProgress; readonly until: Date },
): Promise<void> {
  await ledger.task.updateMany({
    where: { id, dueAt: { not: null } },
    data: { progress: { ...progress }, dueAt: until },
  });
}

/** What a task came to. */
export type TaskEnd =
  | { readonly status: 'done'; readonly result: Facts }
  | { readonly status: 'failed'; readonly error: string };

export async function endTask(ledger: Ledger, id: string, end: TaskEnd, now: Date): Promise<void> {
  const columns =
    end.status === 'done' ? { result: end.result as Prisma.InputJsonObject } : { error: end.error };
  await ledger.task.updateMany({
    where: { id, dueAt: { not: null } },
    data: { status: end.status, ...columns, dueAt: null, endedAt: now },
  });
}

/** Forgets tasks that ended before a time. */
export async function deleteEndedTasks(ledger: Ledger, before: Date): Promise<void> {
  await ledger.task.deleteMany({ where: { endedAt: { lt: before } } });
}

function toTask({ dueAt: _dueAt, tries: _tries, input, progress, result, ...row }: TaskRow): Task {
  return {
    ...row,
    input: input as Task['input'],
    progress: progress as TaskProgress | null,
    result: result as Task['result'],
  };
}
