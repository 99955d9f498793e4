import { InvalidEventTypeError } from './errors.js';

/**
 * Event types are dot-separated segments of letters, digits, `_` and `-`: `expense.created`. A webhook
 * asks for them exactly or with `*` in place of a segment. In the middle a `*` stands for one segment; as
 * the last segment it stands for one or more, so that `expense.*` is all that can happen to an expense
 * and `*` is everything.
 */

/** Longest event type or pattern, in characters. */
export const MAX_EVENT_TYPE_LENGTH = 128;

/** Most event types that one webhook may list. */
export const MAX_EVENT_TYPES = 100;

const SEGMENT = '[A-Za-z0-9_-]+';
const TYPE = new RegExp(`^${SEGMENT}(\\.${SEGMENT})*$`);
const PATTERN = new RegExp(`^(${SEGMENT}|\\*)(\\.(${SEGMENT}|\\*))*$`);

/** Checks the type of an event. Throws `InvalidEventTypeError`. */
export function assertEventType(type: string): void {
  if (typeof type !== 'string' || type.length > MAX_EVENT_TYPE_LENGTH || !TYPE.test(type)) {
    throw new InvalidEventTypeError(
      `event type ${quote(type)} does not fit: use dot-separated segments of letters, digits, "_" and "-", at most ${MAX_EVENT_TYPE_LENGTH} characters, like "expense.created"`,
    );
  }
}

/** Checks what a webhook asks for. Throws `InvalidEventTypeError`. */
export function assertEventTypePattern(pattern: string): void {
  if (
    typeof pattern !== 'string' ||
    pattern.length > MAX_EVENT_TYPE_LENGTH ||
    !PATTERN.test(pattern)
  ) {
    throw new InvalidEventTypeError(
      `event type pattern ${quote(pattern)} does not fit: use an event type like "expense.created", or one with "*" for a whole segment like "expense.*", at most ${MAX_EVENT_TYPE_LENGTH} characters`,
    );
  }
}

/**
 * All patterns as one regular expression that reads the same in JavaScript and in PostgreSQL, so that the
 * fan-out can match in the database. Null where every type is wanted.
 */
export function compileEventTypes(patterns: readonly string[]): string | null {
  if (patterns.length === 0 || patterns.includes('*')) return null;
  return `^(${patterns.map(patternSource).join('|')})$`;
}

function patternSource(pattern: string): string {
  const segments = pattern.split('.');
  return segments
    .map((segment, index) => {
      if (segment !== '*') return segment;
      return index === segments.length - 1 ? `${SEGMENT}(\\.${SEGMENT})*` : SEGMENT;
    })
    .join('\\.');
}

/** True where a webhook with that compiled pattern wants events of that type. */
export function wantsEventType(compiled: string | null, type: string): boolean {
  return compiled === null || new RegExp(compiled).test(type);
}

/** A value for a message: text in quotes and not all of it; of anything else its type. */
function quote(value: unknown): string {
  if (typeof value !== 'string') return `of the type ${value === null ? 'null' : typeof value}`;
  return JSON.stringify(value.slice(0, MAX_EVENT_TYPE_LENGTH));
}
