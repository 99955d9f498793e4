import type { Ledger } from './ledger.js';

/** What the ledger runs on, and which of its migrations are applied. */
export interface LedgerState {
  /** Like `18.1`. */
  readonly version: string;
  readonly migrations: readonly AppliedMigration[];
}

export interface AppliedMigration {
  readonly name: string;
  readonly appliedAt: Date;
}

/** Looks at the ledger. */
export async function readLedgerState(ledger: Pick<Ledger, '$queryRaw'>): Promise<LedgerState> {
  const [server] = await ledger.$queryRaw<{ version: string }[]>`
    SELECT split_part(current_setting('server_version'), ' ', 1) AS version`;
  const migrations = await ledger.$queryRaw<AppliedMigration[]>`
    SELECT migration_name AS name, finished_at AS "appliedAt" FROM posthorn._prisma_migrations
    WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name`;
  return { version: server?.version ?? '', migrations };
}
