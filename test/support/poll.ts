import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks again and again until the answer is right, with growing pauses, and fails with what was last heard
 * when the deadline passes.
 */
export async function pollUntil<Value>(
  read: () => Promise<Value> | Value,
  isRight: (value: Value) => boolean,
  options: { readonly deadlineMs?: number; readonly what?: string } = {},
): Promise<Value> {
  const { deadlineMs = 30_000, what = 'what was waited for' } = options;
  const end = Date.now() + deadlineMs;
  for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 1.5, 250)) {
    const value = await read();
    if (isRight(value)) return value;
    if (Date.now() > end) {
      throw new Error(
        `${what} did not come within ${deadlineMs} ms; last: ${JSON.stringify(value)}`,
      );
    }
    await sleep(pauseMs);
  }
}
