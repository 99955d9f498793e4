import { listMarks } from '../store/archived-rows.js';
import type { Ledger } from '../store/ledger.js';

/** A day that was brought back into the tables, and until when it stays there. */
export interface RestoredDay {
  /** Like `2026-03-01`. */
  readonly day: string;
  readonly until: Date;
}

/** What the marks of restored days begin with. */
const PREFIX = 'restored:';

/** The days that were restored and have not left again. */
export async function listRestored(ledger: Ledger): Promise<RestoredDay[]> {
  const marks = await listMarks(ledger, PREFIX);
  return marks.map(({ name, at }) => ({ day: name.slice(PREFIX.length), until: at }));
}

/** Keeps a day in the tables until a time. */
export async function keepRestored(ledger: Ledger, { day, until }: RestoredDay): Promise<void> {
  const name = PREFIX + day;
  await ledger.mark.upsert({
    where: { name },
    create: { name, at: until },
    update: { at: until },
  });
}

/** Forgets that a day was restored, once its time is over. */
export async function forgetRestored(ledger: Ledger, day: string, now: Date): Promise<void> {
  await ledger.mark.deleteMany({ where: { name: PREFIX + day, at: { lte: now } } });
}
