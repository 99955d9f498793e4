import { formatDuration } from '../../domain/duration.js';
import { type DatabaseInspection, inspectDatabase } from '../../store/inspection.js';
import { pendingMigrations } from '../../store/migrate.js';
import { type Check, fail, ok, reason, skip, warn } from './check.js';

const LEAST_MAJOR = 13;

/** Clocks further apart than this shift when deliveries fall due. */
const MOST_SKEW_MS = 2_000;

/** PostgreSQL: reachable, new enough, migrated, with partitions ahead and a clock like ours. */
export async function checkDatabase(
  databaseUrl: string,
  options: { readonly now: Date; readonly embedded: boolean },
): Promise<Check[]> {
  const { host, pathname } = new URL(databaseUrl);
  let database: DatabaseInspection;
  try {
    database = await inspectDatabase(databaseUrl);
  } catch (error) {
    const found = `${host}${pathname}: ${reason(error)}`;
    const later = ['migrations', 'partitions', 'clock'].map((name) => skip(name, 'no PostgreSQL'));
    return [
      fail('postgresql', found, 'see that DATABASE_URL is right and PostgreSQL runs'),
      ...later,
    ];
  }
  return [
    database.major >= LEAST_MAJOR
      ? ok('postgresql', `${database.version} at ${host}${pathname}`)
      : fail('postgresql', database.version, `upgrade to PostgreSQL ${LEAST_MAJOR} or newer`),
    await checkMigrations(databaseUrl, database, options.embedded),
    checkPartitions(database.lastPartition, options.now),
    checkClock(database.clockAheadMs),
  ];
}

async function checkMigrations(
  databaseUrl: string,
  database: DatabaseInspection,
  embedded: boolean,
): Promise<Check> {
  const pending = await pendingMigrations(databaseUrl);
  if (pending.length === 0) return ok('migrations', 'all applied');
  if (embedded) return ok('migrations', `${pending.length} to apply, which the next start does`);
  const found = `${pending.length} to apply: ${pending.join(', ')}`;
  const advice = database.mayMigrate
    ? 'run `posthorn migrate`'
    : 'grant the user CREATE on the database, then run `posthorn migrate`';
  return fail('migrations', found, advice);
}

function checkPartitions(last: string | null, now: Date): Check {
  if (last === null) return skip('partitions', 'none yet: `posthorn migrate` makes them');
  const today = now.toISOString().slice(0, 10).replaceAll('-', '');
  if (last > today) return ok('partitions', `made up to ${last}`);
  return warn(
    'partitions',
    `made up to ${last} only`,
    'see that a process runs in the scheduler role',
  );
}

function checkClock(aheadMs: number): Check {
  const apart = formatDuration(Math.round(Math.abs(aheadMs)));
  if (Math.abs(aheadMs) <= MOST_SKEW_MS) return ok('clock', `${apart} from PostgreSQL's`);
  return warn('clock', `${apart} from PostgreSQL's`, 'keep the clocks of all machines by NTP');
}
