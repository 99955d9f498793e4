import { Command } from 'commander';
import type { Task } from '../store/tasks.js';
import { createCommand, withPosthorn } from './command.js';
import { type ListFlags, pageRequest, printPage, withPage } from './list-options.js';
import { type OutputFlags, pairs, print, time } from './output.js';

/** `posthorn task …` */
export function taskCommands(): Command {
  return new Command('task')
    .description('long work that the API or the dashboard was asked for')
    .addCommand(withPage(createCommand('list', 'list tasks, newest first', list)))
    .addCommand(createCommand('show <id>', 'show how far one has come', show));
}

async function list(flags: ListFlags): Promise<void> {
  const page = await withPosthorn(({ tasks }) => tasks.list(pageRequest(flags)));
  printPage(flags, page, {
    none: 'no tasks',
    header: ['id', 'what', 'status', 'progress', 'asked for'],
    row: (task) => [task.id, task.kind, task.status, progressOf(task), time(task.createdAt)],
  });
}

async function show(flags: OutputFlags, id: string): Promise<void> {
  const task = await withPosthorn(({ tasks }) => tasks.get(id));
  print(flags, task, () =>
    pairs([
      ['id', task.id],
      ['what', `${task.kind} ${JSON.stringify(task.input)}`],
      ['status', task.status],
      ['progress', progressOf(task)],
      ['asked for', `${time(task.createdAt)} by ${task.requestedBy}`],
      ['ended', time(task.endedAt)],
      ['result', task.error ?? (task.result === null ? '' : JSON.stringify(task.result))],
    ]),
  );
}

function progressOf({ progress }: Task): string {
  return progress === null ? '' : `${progress.done} of ${progress.total}`;
}
