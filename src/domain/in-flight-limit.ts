import type { Outcome } from './outcome.js';

/**
 * How many deliveries one webhook may have in flight, found by trying: the limit grows by additive steps
 * while answers are quick, and is cut by a factor when the endpoint shows that it is too much for it.
 */

/** The bounds of the limit. */
export interface LimitBounds {
  readonly least: number;
  readonly most: number;
}

/** What is known of one webhook's endpoint. */
export interface InFlightLimit {
  /** Not rounded. */
  readonly limit: number;
  /** How long its quick answers take, in milliseconds; undefined before the first. */
  readonly usualMs: number | undefined;
  /** When the limit was last cut, in milliseconds of the same clock as an answer's start. */
  readonly cutAt: number;
}

/** One answer, or its absence. */
export interface Answer {
  readonly startedAt: number;
  readonly durationMs: number;
  /** `overloaded` says that there was too much for it; `failed` says nothing of that either way. */
  readonly kind: 'ok' | 'failed' | 'overloaded';
  /** Deliveries to the webhook that were in flight when it came, itself included. */
  readonly inFlight: number;
}

/** The statuses by which an endpoint, or what stands before it, says that there is too much. */
const OVERLOADED: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** What an outcome says about the endpoint's load. */
export function loadOf(outcome: Outcome): Answer['kind'] {
  if (outcome.kind === 'ok') return 'ok';
  const { errorClass, statusCode } = outcome;
  if (errorClass === 'timeout' || errorClass === 'reset') return 'overloaded';
  return OVERLOADED.has(statusCode ?? 0) ? 'overloaded' : 'failed';
}

/** Where an endpoint nothing is known of begins. */
const FIRST_LIMIT = 20;

/** What is left of the limit after an endpoint did not cope, and after one was slow. */
const CUT = 0.5;
const SLOW_CUT = 0.9;

/** An answer is slow that takes so many times the usual, and so many milliseconds more than it. */
const SLOW_FACTOR = 3;
const SLOW_MARGIN_MS = 250;

/** How far the usual duration follows slower answers with each limit's worth of them, and a quicker one. */
const RISE = 0.05;
const FALL = 0.3;

export function firstLimit({ least, most }: LimitBounds): InFlightLimit {
  const limit = Math.min(most, Math.max(least, FIRST_LIMIT));
  return { limit, usualMs: undefined, cutAt: Number.NEGATIVE_INFINITY };
}

/** The limit after one more answer. */
export function adaptLimit(
  known: InFlightLimit,
  answer: Answer,
  { least, most }: LimitBounds,
): InFlightLimit {
  const { limit, usualMs, cutAt } = known;
  const bound = (value: number) => Math.min(most, Math.max(least, value));
  const cut = (factor: number) => {
    // One cut for all that was in flight together: those under way then say nothing about the new limit.
    if (answer.startedAt <= cutAt) return known;
    return { limit: bound(limit * factor), usualMs, cutAt: answer.startedAt + answer.durationMs };
  };
  if (answer.kind === 'overloaded') return cut(CUT);
  if (answer.kind === 'failed') return known;
  const usual = usualMs ?? answer.durationMs;
  const slow = answer.durationMs > Math.max(usual * SLOW_FACTOR, usual + SLOW_MARGIN_MS);
  const weight = answer.durationMs > usual ? RISE / Math.max(1, limit) : FALL;
  const next = usual + (answer.durationMs - usual) * weight;
  if (slow) return { ...cut(SLOW_CUT), usualMs: next };
  // It grows with the need: an endpoint that is sent little keeps the limit that it has shown.
  const grown = answer.inFlight * 2 >= limit ? limit + Math.min(1, FIRST_LIMIT / limit) : limit;
  return { limit: bound(grown), usualMs: next, cutAt };
}
