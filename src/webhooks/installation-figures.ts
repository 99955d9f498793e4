import type { Clock } from '../domain/clock.js';
import { oneAtATime } from '../domain/one-at-a-time.js';
import { settlesWithin } from '../domain/settles-within.js';
import type { InstallationFigures, LedgerFigures } from '../metrics/installation-gauges.js';
import type { DeliveryQueue } from '../queue/delivery-queue.js';
import { countOpenIncidents } from '../store/incidents.js';
import { countBreakers, countParked, countWebhooksByState } from '../store/installation-figures.js';
import type { Ledger } from '../store/ledger.js';
import { countDue } from '../store/overview.js';

/** How long many scrapes share one look, in milliseconds. */
const SHARED_MS = 10_000;

/** The same for the counts of webhooks, which read all of them. */
const COUNTS_SHARED_MS = 60_000;

/** How long PostgreSQL and the queue may take, so that a scrape has an answer while one of them is away. */
const LIMIT_MS = 2_000;

/**
 * Reads how the whole installation is: a few bounded statements at most every ten seconds, and a count of the
 * webhooks at most every minute. Never rejects.
 */
export function createInstallationFigures(options: {
  ledger: Ledger;
  queue: Pick<DeliveryQueue, 'shardFigures'>;
  clock: Clock;
}): () => Promise<InstallationFigures> {
  const { ledger, queue, clock } = options;
  const webhookCounts = shared(COUNTS_SHARED_MS, () => countWebhooksByState(ledger));

  async function readLedger(): Promise<LedgerFigures> {
    const now = clock();
    const [due, parked, openIncidents, breakers, webhooks] = await Promise.all([
      countDue(ledger, now),
      countParked(ledger),
      countOpenIncidents(ledger),
      countBreakers(ledger),
      webhookCounts(),
    ]);
    const { active, failing, inactive } = webhooks;
    const { open, halfOpen } = breakers;
    const oldestMs = due.oldest === null ? 0 : now.getTime() - due.oldest.getTime();
    return {
      due: due.count,
      oldestDueSeconds: Math.max(0, oldestMs) / 1_000,
      parked,
      openIncidents,
      webhooks: { well: active - failing, failing, inactive },
      // Webhooks may have been counted before a breaker was.
      breakers: { closed: Math.max(0, active - open - halfOpen), open, half_open: halfOpen },
    };
  }

  const askLedger = inTime(readLedger);
  const askQueue = inTime(() => queue.shardFigures(clock()));

  return shared(SHARED_MS, async () => {
    const [figures, shards] = await Promise.all([askLedger(), askQueue()]);
    return { ledger: figures, queue: shards };
  });
}

/** Whoever asks within that time shares one answer; one that failed is not shared. */
function shared<Value>(forMs: number, ask: () => Promise<Value>): () => Promise<Value> {
  let answer: Promise<Value> | undefined;
  let askedAt = 0;
  return () => {
    if (answer === undefined || performance.now() - askedAt > forMs) {
      askedAt = performance.now();
      answer = ask().catch((error: unknown) => {
        answer = undefined;
        throw error;
      });
    }
    return answer;
  };
}

/** Null where the answer fails or takes too long: that it did is what a scrape tells. */
function inTime<Value>(ask: () => Promise<Value>): () => Promise<Value | null> {
  const askOnce = oneAtATime(ask);
  return async () => {
    const answer = askOnce();
    try {
      return (await settlesWithin(answer, LIMIT_MS)) ? await answer : null;
    } catch {
      return null;
    }
  };
}
