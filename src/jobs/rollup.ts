import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import type { Clock } from '../domain/clock.js';
import { type OnProgress, UNHEARD } from '../domain/progress.js';
import { SPANS, spanStart } from '../domain/stats.js';
import type { RepeatableJob } from '../queue/repeatable-jobs.js';
import { deleteAccountStats, sumUpAccounts } from '../store/account-stats.js';
import type { Ledger } from '../store/ledger.js';
import { oldestDay } from '../store/partitions.js';
import {
  aloneInRollup,
  countAttempts,
  deleteStats,
  readMark,
  sumUp,
  writeMark,
} from '../store/stats.js';

/** Counts attempts, webhook by webhook, into five minutes, hours and days. */
export interface Rollup {
  /** Counts what is new, and again what may have changed. Nothing where another process does. */
  run(): Promise<void>;
  /** Counts again from a time on, as far back as all attempts are there. @returns from when on it did */
  recompute(since: Date, onProgress?: OnProgress): Promise<Date>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The mark up to where everything is counted for good. */
export const MARK = 'rollup';

/** How much later than its time limit an attempt may be recorded: longer than a commit is tried again. */
const LATENESS_MS = 2 * 60_000;

/** How long counts of each span are kept; those of days for as long as their webhook. */
const FIVE_MINUTES_KEPT_MS = 2 * DAY_MS;
const HOURS_KEPT_MS = 400 * DAY_MS;

export function createRollup(options: {
  ledger: Ledger;
  settings: Pick<Settings, 'timeout'>;
  clock: Clock;
  log: Logger;
}): Rollup {
  const { ledger, settings, clock, log } = options;
  const latenessMs = settings.timeout + LATENESS_MS;

  /**
   * Counts one hour after another, each in a transaction, so that a long absence is made up in steps. An hour
   * and a day is summed up once nothing of it is recorded any more. False where another process counts.
   */
  async function countFrom(
    since: Date,
    now: Date,
    onProgress: OnProgress = UNHEARD,
  ): Promise<boolean> {
    const finalUntil = spanStart(later(now, -latenessMs), SPANS.fiveMinutes);
    const total = Math.ceil((now.getTime() - since.getTime()) / HOUR_MS);
    let done = 0;
    for (let from = spanStart(since, SPANS.fiveMinutes); from <= now; ) {
      const hour = spanStart(from, SPANS.hour);
      const end = later(hour, HOUR_MS);
      const start = from;
      const mine = await aloneInRollup(ledger, async (tx) => {
        await countAttempts(tx, start, end);
        if (end > later(now, -FIVE_MINUTES_KEPT_MS)) await sumUpAccounts(tx, start, end);
        if (end <= finalUntil) {
          await sumUp(tx, hour, { from: SPANS.fiveMinutes, to: SPANS.hour });
          const day = spanStart(hour, SPANS.day);
          if (later(day, DAY_MS) <= end) await sumUp(tx, day, { from: SPANS.hour, to: SPANS.day });
        }
        const mark = end <= finalUntil ? end : finalUntil;
        if (mark > start) await writeMark(tx, MARK, mark);
      });
      if (!mine) return false;
      done = Math.min(done + 1, total);
      await onProgress({ done, total, at: hour.toISOString() });
      from = end;
    }
    return true;
  }

  /** The first time of which all attempts are there: of what was dropped, counts must stay. */
  async function oldest(now: Date): Promise<Date> {
    return (await oldestDay(ledger, 'attempts')) ?? spanStart(now, SPANS.day);
  }

  return {
    async run() {
      const now = clock();
      const mark = await readMark(ledger, MARK);
      const first = await oldest(now);
      const since = mark === undefined || mark < first ? first : mark;
      if (!(await countFrom(since, now))) return;
      await deleteStats(ledger, SPANS.fiveMinutes, later(now, -FIVE_MINUTES_KEPT_MS));
      await deleteAccountStats(ledger, later(now, -FIVE_MINUTES_KEPT_MS));
      await deleteStats(ledger, SPANS.hour, later(now, -HOURS_KEPT_MS));
    },
    async recompute(since, onProgress) {
      const now = clock();
      // A day is summed up from all of its hours.
      const asked = spanStart(since, SPANS.day);
      const first = await oldest(now);
      const from = asked < first ? first : asked;
      if (!(await countFrom(from, now, onProgress))) log.info('another process counts already');
      return from;
    },
  };
}

function later(time: Date, ms: number): Date {
  return new Date(time.getTime() + ms);
}

/** Counts every minute. */
export function rollupJob(rollup: Rollup): RepeatableJob {
  return { name: 'rollup', schedule: { everyMs: 60_000 }, run: () => rollup.run() };
}
