import type { Clock } from '../domain/clock.js';
import { settlesWithin } from '../domain/settles-within.js';
import type { InstallationFigures, LedgerFigures } from '../metrics/installation-gauges.js';
import type { DeliveryQueue } from '../queue/delivery-queue.js';
import { countParked, countWebhooks } from '../store/installation-figures.js';
import type { Ledger } from '../store/ledger.js';
import { countDue } from '../store/overview.js';

/** How long many scrapes share one look, in milliseconds. */
const SHARED_MS = 10_000;

/** How long PostgreSQL and the queue may take, so that a scrape has an answer while one of them is away. */
const LIMIT_MS = 2_000;

/**
 * Reads how the whole installation is: a few statements with a bound each, at most every ten seconds. Never
 * rejects.
 */
export function createInstallationFigures(options: {
  ledger: Ledger;
  queue: Pick<DeliveryQueue, 'shardFigures'>;
  clock: Clock;
}): () => Promise<InstallationFigures> {
  const { ledger, queue, clock } = options;
  let look: Promise<InstallationFigures> | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;

  async function readLedger(): Promise<LedgerFigures> {
    const now = clock();
    const [due, parked, webhooks] = await Promise.all([
      countDue(ledger, now),
      countParked(ledger),
      countWebhooks(ledger),
    ]);
    const { active, failing, inactive, open, halfOpen } = webhooks;
    const oldestMs = due.oldest === null ? 0 : now.getTime() - due.oldest.getTime();
    return {
      due: due.count,
      oldestDueSeconds: Math.max(0, oldestMs) / 1_000,
      parked,
      webhooks: { well: active - failing, failing, inactive },
      breakers: { closed: active - open - halfOpen, open, half_open: halfOpen },
    };
  }

  async function read(): Promise<InstallationFigures> {
    const [figures, shards] = await Promise.all([
      inTime(readLedger()),
      inTime(queue.shardFigures(clock())),
    ]);
    return { ledger: figures, queue: shards };
  }

  return () => {
    if (look === undefined || performance.now() - lookedAt > SHARED_MS) {
      lookedAt = performance.now();
      look = read();
    }
    return look;
  };
}

/** Null where the answer fails or takes too long: that it did is what a scrape tells. */
async function inTime<Value>(answer: Promise<Value>): Promise<Value | null> {
  try {
    return (await settlesWithin(answer, LIMIT_MS)) ? await answer : null;
  } catch {
    return null;
  }
}
