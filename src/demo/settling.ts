import { setTimeout as sleep } from 'node:timers/promises';
import type { Posthorn } from '../posthorn.js';
import type { Receiver } from './receiver.js';

/** How often the demo looks. */
const TICK_MS = 100;

/** How long nothing may change before the demo gives up. Retries are at most 1.2 s apart. */
const PATIENCE_MS = 30_000;

/**
 * Waits until nothing is left to happen: every receiver accepted every event, the zombie sweep
 * deactivated the dead webhook, and the queue is empty. It sweeps by itself, because the repeatable job
 * that does it in earnest runs once a night.
 *
 * @param looked called each time it looked
 * @returns false where it gave up, because nothing changed for 30 s
 */
export async function untilSettled(
  posthorn: Pick<Posthorn, 'queue' | 'webhooks' | 'zombies'>,
  options: {
    events: number;
    receivers: readonly Receiver[];
    deadWebhookIds: readonly string[];
    signal: AbortSignal;
    looked: () => void;
  },
): Promise<boolean> {
  const { events, receivers, deadWebhookIds, signal, looked } = options;
  const activeDead = async () => {
    const dead = await Promise.all(deadWebhookIds.map((id) => posthorn.webhooks.get(id)));
    return dead.filter(({ active }) => active).length;
  };
  let seen = '';
  let changedAt = performance.now();
  for (;;) {
    await posthorn.zombies.sweep();
    const dead = await activeDead();
    const counts = receivers.map((receiver) => receiver.counts());
    const queued = sum(Object.values(await posthorn.queue.counts()));
    looked();
    const allAccepted = counts.every(({ accepted }) => accepted.size >= events);
    if (allAccepted && dead === 0 && queued === 0) return true;

    const requests = counts.map(({ accepted, refused }) => sum(accepted.values()) + refused);
    const now = JSON.stringify([requests, queued, dead]);
    if (now !== seen) changedAt = performance.now();
    seen = now;
    if (performance.now() - changedAt > PATIENCE_MS) return false;
    await sleep(TICK_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
