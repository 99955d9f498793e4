import type { Tasks } from '../archive/tasks.js';
import type { RepeatableJob } from '../queue/repeatable-jobs.js';

/** Every two seconds, does the long work that somebody asked for. */
export function tasksJob(tasks: Pick<Tasks, 'work'>): RepeatableJob {
  return { name: 'tasks', schedule: { everyMs: 2_000 }, run: () => tasks.work() };
}
