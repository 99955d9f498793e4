/**
 * Lets concurrent calls share a round trip: calls that arrive while a round trip is under way, or within
 * a short while of each other, go together in the next one.
 */
export interface Batcher<Item, Result> {
  /** Hands in one item; settles when the round trip that carried it did. */
  add(item: Item): Promise<Result>;
  /** Resolves when everything handed in so far has settled. */
  drain(): Promise<void>;
}

export interface BatcherOptions<Item, Result> {
  /** Makes the round trip; answers in the order of the items. Its failure fails every call it carried. */
  readonly flush: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Most items in one round trip. */
  readonly maxItems: number;
  /** How long the first of a group waits for others, in milliseconds. 0 waits for the present tick only. */
  readonly maxDelayMs: number;
  /** Most round trips at the same time. */
  readonly concurrency: number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

export function createBatcher<Item, Result>(
  options: BatcherOptions<Item, Result>,
): Batcher<Item, Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let underWay = 0;
  let scheduled = false;
  const idle: (() => void)[] = [];

  function schedule(): void {
    if (scheduled || waiting.length === 0 || underWay >= options.concurrency) return;
    if (waiting.length >= options.maxItems) {
      start();
      return;
    }
    scheduled = true;
    if (options.maxDelayMs === 0) setImmediate(start);
    else setTimeout(start, options.maxDelayMs);
  }

  function start(): void {
    scheduled = false;
    if (waiting.length === 0 || underWay >= options.concurrency) return;
    const group = waiting.slice(0, options.maxItems);
    waiting = waiting.slice(options.maxItems);
    underWay += 1;
    void settle(group).finally(() => {
      underWay -= 1;
      schedule();
      if (underWay === 0 && waiting.length === 0) {
        for (const resolve of idle.splice(0)) resolve();
      }
    });
    schedule();
  }

  async function settle(group: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await options.flush(group.map((entry) => entry.item));
      if (results.length !== group.length) {
        throw new Error(`a round trip of ${group.length} items answered ${results.length}`);
      }
      group.forEach((entry, index) => {
        entry.resolve(results[index] as Result);
      });
    } catch (error) {
      for (const entry of group) entry.reject(error);
    }
  }

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        schedule();
      }),
    drain: () =>
      new Promise((resolve) => {
        if (underWay === 0 && waiting.length === 0) resolve();
        else idle.push(resolve);
      }),
  };
}
