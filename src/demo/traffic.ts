import type { NewEvent } from '../domain/event.js';
import type { Posthorn } from '../posthorn.js';

/** Requests that the backend of the demo handles at the same time, each of which enqueues an event. */
const CONCURRENT_REQUESTS = 50;

const TYPES = ['expense.created', 'expense.approved', 'expense.paid'] as const;
const CURRENCIES = ['EUR', 'USD', 'GBP'] as const;

/**
 * Enqueues events as a backend does: one call for each thing that happens, several at the same time.
 *
 * @param enqueued called with the number of events enqueued so far
 * @returns the ids of all events
 */
export async function enqueueEvents(
  posthorn: Pick<Posthorn, 'enqueue'>,
  options: { events: number; signal: AbortSignal; enqueued: (count: number) => void },
): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  // One source for all: a request that fails closes it, and the others end after their present event.
  const source = expenses(options.events);

  async function handleRequests(): Promise<void> {
    for (const event of source) {
      options.signal.throwIfAborted();
      const { id } = await posthorn.enqueue(event);
      ids.add(id);
      options.enqueued(ids.size);
    }
  }

  const requests = Array.from({ length: CONCURRENT_REQUESTS }, handleRequests);
  const failed = (await Promise.allSettled(requests)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return ids;
}

function* expenses(count: number): Generator<NewEvent> {
  for (let number = 0; number < count; number += 1) {
    yield {
      type: TYPES[number % TYPES.length] ?? TYPES[0],
      payload: {
        expenseId: Math.floor(number / TYPES.length) + 1,
        amountCents: 500 + ((number * 7_919) % 250_000),
        currency: CURRENCIES[number % CURRENCIES.length],
      },
    };
  }
}
