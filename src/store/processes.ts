import type { Ledger } from './ledger.js';

/** A process at work, as the API and the library show it. */
export interface Process {
  readonly id: string;
  /** Some of `api`, `worker` and `scheduler`. */
  readonly roles: readonly string[];
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  /** Deliveries in flight from it when it was last seen. */
  readonly inFlight: number;
  readonly startedAt: Date;
  readonly seenAt: Date;
  /** False where it was not seen for half a minute: it ended without a word, or can't reach PostgreSQL. */
  readonly alive: boolean;
}

/** How often a process says that it is there, in milliseconds. */
export const BEAT_MS = 10_000;

/** Beats that may be missed. */
const MISSED = 3;

/** Most processes that are read. */
const MOST = 200;

/** Writes that a process is there, and forgets those that were not seen for a day. */
export async function writeProcess(
  ledger: Ledger,
  process: Omit<Process, 'seenAt' | 'alive'>,
): Promise<void> {
  const { id, roles, host, pid, version, inFlight, startedAt } = process;
  await ledger.$executeRaw`
    WITH forgotten AS (
      DELETE FROM posthorn.processes WHERE seen_at < now() - interval '1 day'
    )
    INSERT INTO posthorn.processes (id, roles, host, pid, version, in_flight, started_at, seen_at)
    VALUES (${id}, ${[...roles]}, ${host}, ${pid}, ${version}, ${inFlight},
      ${startedAt.toISOString()}::timestamptz, now())
    ON CONFLICT (id) DO UPDATE SET
      roles = excluded.roles, in_flight = excluded.in_flight, seen_at = excluded.seen_at`;
}

/** Forgets a process that ends. */
export async function deleteProcess(ledger: Ledger, id: string): Promise<void> {
  await ledger.process.deleteMany({ where: { id } });
}

/** The processes seen within an hour, those that are alive first, and the longest at work of these. */
export function listProcesses(ledger: Ledger): Promise<Process[]> {
  return ledger.$queryRaw<Process[]>`
    SELECT id, roles, host, pid, version, in_flight AS "inFlight", started_at AS "startedAt",
      seen_at AS "seenAt",
      seen_at > now() - ${BEAT_MS * MISSED}::float8 * interval '1 ms' AS alive
    FROM posthorn.processes WHERE seen_at > now() - interval '1 hour'
    ORDER BY alive DESC, id LIMIT ${MOST}::int`;
}
