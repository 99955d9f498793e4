import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketEnd, bucketOf, mergeHistograms, quantile } from '../../src/domain/histogram.js';

function histogramOf(durations: readonly number[]) {
  return mergeHistograms(durations.map((ms) => ({ buckets: [bucketOf(ms)], counts: [1] })));
}

const durations = fc.array(fc.integer({ min: 0, max: 300_000 }), { minLength: 1, maxLength: 200 });

test('a duration lies in its bucket, bounds in the lower one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 600_000 }), (ms) => {
      const bucket = bucketOf(ms);
      expect(ms).toBeLessThanOrEqual(bucketEnd(bucket) * (1 + 1e-6));
      expect(ms).toBeGreaterThan(bucketEnd(bucket - 1) * (1 - 1e-6));
    }),
  );
  expect([0, 1, 2, 4, 1_024].map(bucketOf)).toEqual([0, 0, 4, 8, 40]);
  expect(bucketOf(Number.MAX_VALUE)).toBe(104);
});

test('a quantile is off by at most the width of its bucket', () => {
  fc.assert(
    fc.property(durations, fc.constantFrom(0.5, 0.95, 0.99, 1), (given, share) => {
      const sorted = given.toSorted((one, other) => one - other);
      const exact = sorted[Math.ceil(share * sorted.length - 1e-9) - 1] ?? 0;
      const found = quantile(histogramOf(given), share) ?? Number.NaN;
      const bucket = bucketOf(exact);
      expect(found).toBeGreaterThanOrEqual(bucket === 0 ? 0 : bucketEnd(bucket - 1) * (1 - 1e-9));
      expect(found).toBeLessThanOrEqual(bucketEnd(bucket) * (1 + 1e-9));
    }),
  );
});

test('histograms of parts add up to that of the whole, and of nothing there is no quantile', () => {
  fc.assert(
    fc.property(durations, durations, (one, other) => {
      const parts = [histogramOf(one), histogramOf(other)];
      expect(mergeHistograms(parts)).toEqual(histogramOf([...one, ...other]));
    }),
  );
  expect(quantile(histogramOf([]), 0.5)).toBeNull();
});
