import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../domain/duration.js';
import { InvalidInputError } from '../domain/errors.js';

/** Reads an option that is a whole number within bounds. Throws commander's `InvalidArgumentError`. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Use a whole number from ${least} to ${most}.`);
  };
}

/** Reads an option that is an http or https URL. Throws commander's `InvalidArgumentError`. */
export function httpUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return text;
  throw new InvalidArgumentError('Use a URL like http://localhost:3000/hook.');
}

/** Reads a time, or how long ago it was. Throws `InvalidInputError`. */
export function readTime(flag: string, text: string): Date {
  const agoMs = parseDuration(text);
  const at = agoMs === undefined ? new Date(text) : new Date(Date.now() - agoMs);
  if (!Number.isNaN(at.getTime())) return at;
  throw new InvalidInputError(
    `${flag} ${JSON.stringify(text)} does not fit: use a time like 2026-11-24T12:00:00Z, or how long ago, like 24h`,
  );
}
