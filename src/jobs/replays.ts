import type { RepeatableJob } from '../queue/repeatable-jobs.js';
import type { Replays } from '../webhooks/replays.js';

/** Takes running replays further, every two seconds. */
export function replaysJob(replays: Pick<Replays, 'advance'>): RepeatableJob {
  return { name: 'replays', schedule: { everyMs: 2_000 }, run: () => replays.advance() };
}
