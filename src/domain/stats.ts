import { type Histogram, mergeHistograms, quantile } from './histogram.js';

/** The lengths of time that attempts are counted in, in seconds. */
export const SPANS = { fiveMinutes: 300, hour: 3_600, day: 86_400 } as const;

/** The attempts of some time, counted. */
export interface Counted extends Histogram {
  readonly successes: number;
  readonly failures: number;
  readonly failuresByClass: Readonly<Record<string, number>>;
  /** Milliseconds of all attempts together. */
  readonly durationSum: number;
}

/** How well a webhook did in some time. */
export interface Quality {
  readonly attempts: number;
  readonly successes: number;
  readonly failures: number;
  /** Error class to count. */
  readonly failuresByClass: Readonly<Record<string, number>>;
  /** Successes of all attempts, from 0 to 1; null where there were none. */
  readonly successRate: number | null;
  /** Milliseconds of an attempt; null where there were none. The mean is exact. */
  readonly latencyMs: {
    readonly p50: number | null;
    readonly p95: number | null;
    readonly p99: number | null;
    readonly mean: number | null;
  };
}

/** Adds counts up. */
export function qualityOf(counted: readonly Counted[]): Quality {
  const sum = (of: (one: Counted) => number) => counted.reduce((total, one) => total + of(one), 0);
  const successes = sum((one) => one.successes);
  const failures = sum((one) => one.failures);
  const attempts = successes + failures;
  const histogram = mergeHistograms(counted);
  const failuresByClass: Record<string, number> = {};
  for (const one of counted) {
    for (const [errorClass, count] of Object.entries(one.failuresByClass)) {
      failuresByClass[errorClass] = (failuresByClass[errorClass] ?? 0) + count;
    }
  }
  return {
    attempts,
    successes,
    failures,
    failuresByClass,
    successRate: attempts === 0 ? null : successes / attempts,
    latencyMs: {
      p50: rounded(quantile(histogram, 0.5)),
      p95: rounded(quantile(histogram, 0.95)),
      p99: rounded(quantile(histogram, 0.99)),
      mean: attempts === 0 ? null : rounded(sum((one) => one.durationSum) / attempts),
    },
  };
}

function rounded(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 10) / 10;
}

/** A time moved back to the beginning of its span. */
export function spanStart(at: Date, seconds: number): Date {
  const ms = seconds * 1_000;
  return new Date(Math.floor(at.getTime() / ms) * ms);
}

/** A part of a time, and the span whose counts it is read from. */
export interface Tile {
  readonly span: number;
  readonly from: Date;
  readonly to: Date;
}

/**
 * The fewest counts that make up a time: whole days in its middle, whole hours around them, and five minutes
 * at its ends. Days and hours are counted up to `finalUntil`, five minutes from `keptFrom` on: a time that
 * begins before, in the middle of an hour, begins with that hour.
 */
export function tilesOf(
  window: { readonly from: Date; readonly to: Date },
  counted: { readonly finalUntil: Date; readonly keptFrom: Date },
): readonly Tile[] {
  const { fiveMinutes, hour, day } = SPANS;
  const shortest = window.from < counted.keptFrom ? hour : fiveMinutes;
  const tiles: Tile[] = [];
  let at = spanStart(window.from, shortest);
  while (at < window.to) {
    const start = at;
    const fits = (span: number) => {
      const end = after(start, span);
      const whole = spanStart(start, span).getTime() === start.getTime();
      return whole && end <= counted.finalUntil && end <= window.to;
    };
    const span = fits(day) ? day : fits(hour) ? hour : fiveMinutes;
    const last = tiles.at(-1);
    at = after(start, span);
    if (last?.span === span) tiles[tiles.length - 1] = { ...last, to: at };
    else tiles.push({ span, from: start, to: at });
  }
  return tiles;
}

function after(time: Date, seconds: number): Date {
  return new Date(time.getTime() + seconds * 1_000);
}
