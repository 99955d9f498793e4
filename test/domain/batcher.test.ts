import { describe, expect, test, vi } from 'vitest';
import { createBatcher } from '../../src/domain/batcher.js';

/** A round trip that ends when the test says so. */
function controlled() {
  const groups: number[][] = [];
  const ends: ((error?: Error) => void)[] = [];
  const flush = (items: readonly number[]) =>
    new Promise<number[]>((resolve, reject) => {
      groups.push([...items]);
      ends.push((error) => (error ? reject(error) : resolve(items.map((item) => item * 10))));
    });
  /** Waits for the n-th round trip to begin, and ends it. */
  async function end(round: number, error?: Error): Promise<void> {
    await vi.waitFor(() => expect(ends.length).toBeGreaterThanOrEqual(round));
    ends[round - 1]?.(error);
  }
  return { groups, end, flush };
}

describe('a batcher', () => {
  test('sends calls of one tick together and answers each with its own result', async () => {
    const { groups, end, flush } = controlled();
    const batcher = createBatcher({ flush, maxItems: 10, maxDelayMs: 0, concurrency: 1 });
    const answers = Promise.all([batcher.add(1), batcher.add(2), batcher.add(3)]);
    await end(1);
    expect(await answers).toEqual([10, 20, 30]);
    expect(groups).toEqual([[1, 2, 3]]);
  });

  test('gathers what arrives while a round trip is under way', async () => {
    const { groups, end, flush } = controlled();
    const batcher = createBatcher({ flush, maxItems: 10, maxDelayMs: 0, concurrency: 1 });
    const first = batcher.add(1);
    await vi.waitFor(() => expect(groups).toEqual([[1]]));
    const later = Promise.all([batcher.add(2), batcher.add(3)]);
    await end(1);
    await first;
    await end(2);
    await later;
    expect(groups).toEqual([[1], [2, 3]]);
  });

  test('never sends more than fits, nor more round trips than allowed', async () => {
    const { groups, end, flush } = controlled();
    const batcher = createBatcher({ flush, maxItems: 2, maxDelayMs: 0, concurrency: 2 });
    const all = Promise.all([1, 2, 3, 4, 5].map((item) => batcher.add(item)));
    await vi.waitFor(() => expect(groups).toHaveLength(2));
    expect(groups).toEqual([
      [1, 2],
      [3, 4],
    ]);
    for (const round of [1, 2, 3]) await end(round);
    expect(await all).toEqual([10, 20, 30, 40, 50]);
  });

  test('a round trip that fails fails the calls that it carried and no other', async () => {
    const { end, flush } = controlled();
    const batcher = createBatcher({ flush, maxItems: 1, maxDelayMs: 0, concurrency: 1 });
    const results = Promise.allSettled([batcher.add(1), batcher.add(2)]);
    await end(1, new Error('lost'));
    await end(2);
    const [first, second] = await results;
    expect(first.status).toBe('rejected');
    expect(second).toEqual({ status: 'fulfilled', value: 20 });
  });

  test('drains: at once when idle, otherwise after all that was handed in', async () => {
    const { end, flush } = controlled();
    const batcher = createBatcher({ flush, maxItems: 1, maxDelayMs: 0, concurrency: 1 });
    await batcher.drain();
    const settled: number[] = [];
    const calls = [batcher.add(1), batcher.add(2)].map((call) =>
      call.then((item) => settled.push(item)),
    );
    const drained = batcher.drain().then(() => expect(settled).toEqual([10, 20]));
    await end(1);
    await end(2);
    await Promise.all([...calls, drained]);
  });
});
