/** When a failed delivery is tried again. */
export interface RetrySchedule {
  /** Delay after the first failed attempt, in milliseconds. */
  readonly baseMs: number;
  /** What the delay is multiplied by after each further one. */
  readonly factor: number;
  /** Longest delay, in milliseconds. */
  readonly capMs: number;
  /** Most attempts in all, the first included. */
  readonly attempts: number;
}

/** The share by which a delay varies either way, so that deliveries that failed together spread out. */
export const JITTER = 0.2;

/**
 * The delay after the n-th failed attempt (1 for the first): base × factor^(n−1), at most the cap, then
 * ±20 %. At least the `Retry-After` of the answer where that is longer.
 *
 * @param random a number from 0 up to 1
 * @returns milliseconds
 */
export function retryDelayMs(
  schedule: RetrySchedule,
  failedAttempts: number,
  retryAfterMs: number | null,
  random: number,
): number {
  const plain = Math.min(schedule.capMs, schedule.baseMs * schedule.factor ** (failedAttempts - 1));
  const jittered = Math.round(plain * (1 - JITTER + 2 * JITTER * random));
  return Math.max(jittered, retryAfterMs ?? 0);
}
