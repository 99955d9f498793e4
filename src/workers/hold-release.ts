import type { Logger } from 'pino';
import { createBatcher } from '../domain/batcher.js';
import type { Clock } from '../domain/clock.js';
import type { DeliveryQueue } from '../queue/delivery-queue.js';
import { refillAllowances } from '../store/hold-release.js';
import type { Ledger } from '../store/ledger.js';

/** Lets deliveries of held webhooks through as soon as others of theirs have ended. */
export interface HoldRelease {
  /** Looks at the holds of these webhooks soon. Never throws: the dispatcher looks at them, too. */
  look(webhookIds: readonly string[]): void;
  /** Resolves when every look under way has ended. */
  drain(): Promise<void>;
}

export function createHoldRelease(options: {
  ledger: Ledger;
  queue: DeliveryQueue;
  clock: Clock;
  log: Logger;
}): HoldRelease {
  const { ledger, queue, clock, log } = options;

  async function release(webhookIds: readonly string[]): Promise<readonly string[]> {
    const deliveries = await refillAllowances(ledger, [...new Set(webhookIds)], clock());
    if (deliveries.length > 0) await queue.add(deliveries);
    return webhookIds;
  }

  const looks = createBatcher({ flush: release, maxItems: 500, maxDelayMs: 2, concurrency: 1 });
  return {
    look: (webhookIds) => {
      for (const webhookId of webhookIds) {
        looks.add(webhookId).catch((error) => {
          log.debug({ error, webhookId }, 'nothing let through, left to the dispatcher');
        });
      }
    },
    drain: () => looks.drain(),
  };
}
