/** Longest wait that an endpoint can ask for, in milliseconds: 24 hours. */
export const MAX_RETRY_AFTER_MS = 86_400_000;

// More digits than any wait that somebody means. RFC 9110 has whole seconds; Discord and others send decimals.
const DELTA_SECONDS = /^\d{1,10}(?:\.\d{1,9})?$/;

/** A field of a JSON answer, in seconds; https://discord.com/developers/docs/topics/rate-limits. */
const RETRY_AFTER_FIELD = /"retry_after":\s*([\d.]{1,20})\s*[,}]/;

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

const TIME = '(?<hour>\\d{2}):(?<minute>\\d{2}):(?<second>\\d{2})';
const MONTH = `(?<month>${MONTHS.join('|')})`;

/** The three forms of an HTTP-date, of which the last two are obsolete (RFC 9110 section 5.6.7). */
const HTTP_DATES = [
  // Sun, 06 Nov 1994 08:49:37 GMT
  new RegExp(`^[A-Z][a-z]{2}, (?<day>\\d{2}) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`),
  // Sunday, 06-Nov-94 08:49:37 GMT
  new RegExp(`^[A-Z][a-z]{2,5}day, (?<day>\\d{2})-${MONTH}-(?<year>\\d{2}) ${TIME} GMT$`),
  // Sun Nov  6 08:49:37 1994
  new RegExp(`^[A-Z][a-z]{2} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`),
];

/**
 * Reads a `Retry-After` header: delta seconds or an HTTP-date (RFC 9110 section 10.2.3).
 *
 * @returns milliseconds from `now`: 0 for a date that has passed, at most `MAX_RETRY_AFTER_MS`; null where
 *   the header is absent or can't be read
 */
export function parseRetryAfter(value: string | undefined, now: Date): number | null {
  const text = value?.trim() ?? '';
  const waitMs = DELTA_SECONDS.test(text)
    ? Math.ceil(Number(text) * 1_000)
    : untilHttpDateMs(text, now);
  return waitMs === null ? null : Math.min(Math.max(waitMs, 0), MAX_RETRY_AFTER_MS);
}

/** The same of the beginning of an answer's body, where its headers asked nothing: JSON with `retry_after`. */
export function retryAfterOfBody(body: string, now: Date): number | null {
  return parseRetryAfter(RETRY_AFTER_FIELD.exec(body)?.[1], now);
}

function untilHttpDateMs(text: string, now: Date): number | null {
  for (const form of HTTP_DATES) {
    const fields = form.exec(text)?.groups;
    if (fields === undefined) continue;
    const at = dateOf(fields, now);
    return at === null ? null : at.getTime() - now.getTime();
  }
  return null;
}

/** The time that the fields name; null for one that no calendar has, like 31 February. */
function dateOf(fields: Readonly<Record<string, string | undefined>>, now: Date): Date | null {
  const number = (name: string) => Number(fields[name]);
  const day = number('day');
  const hour = number('hour');
  const minute = number('minute');
  const second = number('second');
  const month = MONTHS.indexOf(fields.month ?? '');
  // 60 is a leap second.
  if (hour > 23 || minute > 59 || second > 60) return null;
  const year = fields.year?.length === 2 ? nearYear(number('year'), now) : number('year');
  const at = new Date(Date.UTC(year, month, day, hour, minute, second));
  return second < 60 && at.getUTCDate() !== day ? null : at;
}

/** Two digits mean the year that ends in them and is at most 50 years ahead (RFC 9110 section 5.6.7). */
function nearYear(twoDigits: number, now: Date): number {
  const thisYear = now.getUTCFullYear();
  const year = thisYear - (thisYear % 100) + twoDigits;
  return year > thisYear + 50 ? year - 100 : year;
}
