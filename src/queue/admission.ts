/** How full the queue is. */
export interface Fullness {
  /** Jobs that wait, those for a retry included. */
  readonly depth: number;
  /** The part of its memory that the fullest Redis node uses; 0 where it has no limit. */
  readonly memoryShare: number;
}

/** Says whether the queue takes more, or drains first. */
export interface Admission {
  /** Answers from what was measured last and added since, so that asking costs next to nothing. */
  hasRoom(): Promise<boolean>;
  /** Tells that so many jobs were added. */
  added(count: number): void;
}

/** How old a measurement may be before the next one is made, in milliseconds. */
const FRESH_MS = 250;

/**
 * Admits jobs while there are fewer than the limit and Redis has memory. The first question waits for a
 * measurement; later ones start a new one where the last is old, and do not wait for it. Where it can't be
 * made the last one stands: adding then fails by itself.
 */
export function createAdmission(options: {
  measure: () => Promise<Fullness>;
  limit: number;
  memoryLimit: number;
}): Admission {
  const { measure, limit, memoryLimit } = options;
  let known: Fullness = { depth: 0, memoryShare: 0 };
  let measuredAt = Number.NEGATIVE_INFINITY;
  let underWay: Promise<void> | undefined;
  let addedSince = 0;

  async function refresh(): Promise<void> {
    const before = addedSince;
    try {
      known = await measure();
      addedSince -= before;
    } catch {
      // Whoever adds next is told what is wrong.
    }
    measuredAt = performance.now();
    underWay = undefined;
  }

  return {
    async hasRoom() {
      const first = measuredAt === Number.NEGATIVE_INFINITY;
      if (performance.now() - measuredAt > FRESH_MS) underWay ??= refresh();
      if (first) await underWay;
      return known.depth + addedSince < limit && known.memoryShare < memoryLimit;
    },
    added: (count) => {
      addedSince += count;
    },
  };
}
