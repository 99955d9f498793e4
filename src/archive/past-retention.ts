import type { Settings } from '../config.js';
import { retentionBounds, retentionOfDay } from '../store/archived-rows.js';
import type { Ledger } from '../store/ledger.js';
import { addDays, type DayPartition, listDayPartitions } from '../store/partitions.js';
import { dayText } from './day.js';
import { listRestored } from './restored-days.js';

/** The partitions of days that are past the retention of everything in them, and not restored for now. */
export async function listPastRetention(
  ledger: Ledger,
  { policies }: Pick<Settings, 'policies'>,
  now: Date,
): Promise<DayPartition[]> {
  const { shortestMs, longestMs } = await retentionBounds(ledger, policies);
  const restored = new Map((await listRestored(ledger)).map(({ day, until }) => [day, until]));
  const all = await listDayPartitions(ledger);
  const past: DayPartition[] = [];
  const retentions = new Map<number, Promise<number>>();
  for (const partition of all) {
    const { day } = partition;
    const ageMs = now.getTime() - addDays(day, 1).getTime();
    if (ageMs < shortestMs) break;
    const keptUntil = restored.get(dayText(day));
    if (keptUntil !== undefined && keptUntil > now) continue;
    if (ageMs < longestMs) {
      const names = all.filter((other) => +other.day === +day).map(({ name }) => name);
      const retention = retentions.get(+day) ?? retentionOfDay(ledger, names, policies);
      retentions.set(+day, retention);
      if (ageMs < (await retention)) continue;
    }
    past.push(partition);
  }
  return past;
}
