import { InvalidInputError } from '../domain/errors.js';

/** A day as text, like `2026-03-01`. */
export function dayText(day: Date): string {
  return day.toISOString().slice(0, 10);
}

/** Reads a day. Throws `InvalidInputError`. */
export function parseDay(text: string): Date {
  const day = new Date(`${text}T00:00:00Z`);
  const fits = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(day.getTime());
  if (fits && dayText(day) === text) return day;
  throw new InvalidInputError(`${JSON.stringify(text)} is no day: use one like 2026-03-01`, {
    details: { day: 'like 2026-03-01' },
  });
}
