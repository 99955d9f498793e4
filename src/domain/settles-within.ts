import { setTimeout as sleep } from 'node:timers/promises';

/**
 * True where a promise resolves within the limit, false where it takes longer; rejects as it does. Whoever
 * asks a server to say goodbye can't wait for one that is out of reach.
 */
export async function settlesWithin(promise: Promise<unknown>, limitMs: number): Promise<boolean> {
  const limit = new AbortController();
  const settled = promise.then(() => true);
  const late = sleep(limitMs, false, { signal: limit.signal }).catch(() => true);
  return Promise.race([settled, late]).finally(() => limit.abort());
}
