import type { Attempt } from '../store/deliveries.js';
import { milliseconds, table, time } from './output.js';

/** The columns of a table of attempts. */
export const ATTEMPT_HEADER = ['number', 'at', 'outcome', 'status', 'took', 'error'] as const;

/** An attempt as a row of such a table. */
export function attemptRow(attempt: Attempt): readonly string[] {
  const { number, startedAt, outcome, statusCode, durationMs, error } = attempt;
  return [
    String(number),
    time(startedAt),
    outcome,
    statusCode === null ? '' : String(statusCode),
    milliseconds(durationMs),
    error ?? '',
  ];
}

/** Attempts of one delivery, in the order that they are given in. */
export function attemptTable(attempts: readonly Attempt[]): string {
  return table(ATTEMPT_HEADER, attempts.map(attemptRow));
}
