/** A list that grows, and that a test can wait on. */
export interface Arrivals<Item> {
  readonly all: readonly Item[];
  add(item: Item): void;
  /** Resolves with all items once there are `n`; rejects after `timeoutMs` (60,000 where left out). */
  waitFor(n: number, timeoutMs?: number): Promise<readonly Item[]>;
}

/** @param noun what arrives, for the message of a wait that was in vain */
export function createArrivals<Item>(noun: string): Arrivals<Item> {
  const all: Item[] = [];
  const waiting = new Set<() => void>();
  return {
    all,
    add(item) {
      all.push(item);
      for (const check of waiting) check();
    },
    waitFor(n, timeoutMs = 60_000) {
      return new Promise((resolve, reject) => {
        const check = () => {
          if (all.length < n) return;
          clearTimeout(timer);
          waiting.delete(check);
          resolve(all);
        };
        const timer = setTimeout(() => {
          waiting.delete(check);
          reject(new Error(`${all.length} ${noun} came within ${timeoutMs} ms, not ${n}`));
        }, timeoutMs);
        waiting.add(check);
        check();
      });
    },
  };
}
