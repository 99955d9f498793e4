import type { Command } from 'commander';
import { createCommand, withPosthorn } from './command.js';
import { type OutputFlags, print, table, time } from './output.js';

/** `posthorn queues`: what BullMQ holds, and what runs by the clock. */
export function queuesCommand(): Command {
  return createCommand('queues', 'show what the queues hold, and the repeatable jobs', queues);
}

async function queues(flags: OutputFlags): Promise<void> {
  const found = await withPosthorn(async ({ queueBoard }) => (await queueBoard.open()).overview());
  print(flags, found, () => {
    const header = ['queue', 'waiting', 'active', 'delayed', 'failed', 'state'];
    const rows = found.queues.map((queue) => [
      queue.name,
      ...[queue.waiting, queue.active, queue.delayed, queue.failed].map(String),
      queue.paused ? 'paused' : 'running',
    ]);
    const jobs = found.repeatableJobs.map(({ name, schedule, nextAt }) => [
      name,
      schedule,
      nextAt === null ? 'not known' : time(nextAt),
    ]);
    return `${table(header, rows)}\n\n${table(['job', 'runs', 'next'], jobs)}`;
  });
}
