/** When nothing is to be told: from one time of day to another, in a time zone. */
export interface QuietHours {
  /** `HH:MM`; the first minute that is quiet. */
  readonly from: string;
  /** `HH:MM`; the first that is not. Before `from`, the quiet hours go over midnight. */
  readonly to: string;
  /** An IANA name like `Europe/Berlin`. */
  readonly timeZone: string;
}

const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/;

/** True for a time of day like `07:30`. */
export function isTimeOfDay(text: unknown): boolean {
  return typeof text === 'string' && TIME_OF_DAY.test(text);
}

/** True for a time zone that this machine knows. */
export function isTimeZone(name: unknown): boolean {
  if (typeof name !== 'string' || name === '') return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** True within the quiet hours, whatever the clocks of that place do on that day. */
export function isQuiet({ from, to, timeZone }: QuietHours, at: Date): boolean {
  const format = { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const local = new Intl.DateTimeFormat('en', format).format(at);
  return from < to ? local >= from && local < to : local >= from || local < to;
}

/** What decides on telling of an incident. */
export interface Telling {
  readonly quietHours: QuietHours | null;
  readonly cooldownMs: number;
  /** When the last incident of the same rule and subject that was told resolved; null where there is none. */
  readonly lastEnd: Date | null;
}

/**
 * Whether something of an incident may be told now. Its opening is kept back in quiet hours and within the
 * cooldown, its end in quiet hours alone. An incident that is kept back until it has resolved is never told;
 * its end is told only where its opening was.
 */
export function mayTell(
  what: 'opening' | 'end',
  { quietHours, cooldownMs, lastEnd }: Telling,
  now: Date,
): boolean {
  if (quietHours !== null && isQuiet(quietHours, now)) return false;
  if (what === 'end' || lastEnd === null) return true;
  return now.getTime() >= lastEnd.getTime() + cooldownMs;
}
