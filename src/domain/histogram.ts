/**
 * Latencies as counts in buckets that grow by a fixed factor, so that any number of attempts takes little
 * space, and histograms of several times can be added up. Four buckets to each doubling: a quantile is off by
 * at most the width of a bucket, a fifth of its value.
 */
export interface Histogram {
  /** The buckets that hold something, in order. */
  readonly buckets: readonly number[];
  /** How many each of them holds. */
  readonly counts: readonly number[];
}

const BUCKETS_PER_DOUBLING = 4;

/** Anything longer is counted as this long, over 18 hours; no attempt takes as long. */
const LAST_BUCKET = 104;

/** The bucket of a duration in milliseconds: 0 up to 1 ms, then those up to `bucketEnd`. */
export function bucketOf(durationMs: number): number {
  if (!(durationMs > 1)) return 0;
  // Rounding must not move what lies on a bound past it.
  const bucket = Math.ceil(Math.log2(durationMs) * BUCKETS_PER_DOUBLING - 1e-9);
  return Math.min(LAST_BUCKET, bucket);
}

/** The longest duration of a bucket, in milliseconds. */
export function bucketEnd(bucket: number): number {
  return 2 ** (bucket / BUCKETS_PER_DOUBLING);
}

/** The same as `bucketOf`, of the column `duration_ms` in SQL. */
export const BUCKET_OF_DURATION = `
  CASE WHEN duration_ms <= 1 THEN 0
    ELSE least(${LAST_BUCKET}, ceil(ln(duration_ms) / ln(2) * ${BUCKETS_PER_DOUBLING} - 1e-9)) END::smallint`;

/** Adds histograms up. */
export function mergeHistograms(histograms: readonly Histogram[]): Histogram {
  const sums = new Map<number, number>();
  for (const { buckets, counts } of histograms) {
    buckets.forEach((bucket, index) => {
      sums.set(bucket, (sums.get(bucket) ?? 0) + (counts[index] ?? 0));
    });
  }
  const buckets = [...sums.keys()].toSorted((one, other) => one - other);
  return { buckets, counts: buckets.map((bucket) => sums.get(bucket) ?? 0) };
}

/**
 * The duration that a share of all did not exceed, in milliseconds, placed within its bucket by how many lie
 * before; null where there are none.
 *
 * @param share over 0 and up to 1, like 0.95
 */
export function quantile({ buckets, counts }: Histogram, share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const rank = share * total;
  let before = 0;
  for (const [index, bucket] of buckets.entries()) {
    const count = counts[index] ?? 0;
    if (before + count >= rank) {
      const start = bucket === 0 ? 0 : bucketEnd(bucket - 1);
      return start + ((rank - before) / count) * (bucketEnd(bucket) - start);
    }
    before += count;
  }
  return bucketEnd(buckets.at(-1) ?? 0);
}
