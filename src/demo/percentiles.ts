/** What half and what nineteen in twenty of the values do not exceed. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

/** Percentiles by the nearest rank; null where there are no values. */
export function percentiles(values: readonly number[]): Percentiles | null {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1];
  const [p50, p95] = [at(0.5), at(0.95)];
  return p50 === undefined || p95 === undefined ? null : { p50, p95 };
}
