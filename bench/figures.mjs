// Figures from measurements.

/** The middle of some numbers; of an even count, the upper one of the two. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** The smallest number that is not below so many per cent of them; NaN of none. */
export function percentile(numbers, percent) {
  if (numbers.length === 0) return Number.NaN;
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((sorted.length * percent) / 100) - 1)];
}

/** The percentiles of latencies that are reported, in milliseconds. */
export function latencyFigures(latencies) {
  return {
    p50: percentile(latencies, 50),
    p95: percentile(latencies, 95),
    p99: percentile(latencies, 99),
  };
}

/** Each figure's median over the rounds of one peer. */
export function medians(rounds) {
  const names = Object.keys(rounds[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, median(rounds.map((round) => round[name]))]),
  );
}
