import type { Logger } from 'pino';
import type { Settings } from './config.js';
import type { Clock } from './domain/clock.js';
import { InvalidSettingsError, LedgerError } from './domain/errors.js';
import { makePartitionsAhead } from './jobs/partitions.js';
import { openKeys } from './store/data-directory.js';
import { openEmbeddedPostgres } from './store/embedded-postgres.js';
import { openLedger } from './store/ledger.js';
import { migrate, pendingMigrations } from './store/migrate.js';

/** Where this process finds the ledger and the keys. */
export interface Installation {
  readonly databaseUrl: string;
  /** Undefined where no setting gives one; only the api role needs it. */
  readonly apiKey: string | undefined;
  readonly secretKey: string;
  /** Keys that still open what they sealed. */
  readonly formerSecretKeys: readonly string[];
  /** True where the database is embedded in the data directory. */
  readonly embedded: boolean;
  /** True where the API key was made just now, and is to be shown this once. */
  readonly madeKeys: boolean;
  /** Stops what was started for this process. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Opens the database that the settings name, whose ledger must be migrated; or else the embedded one,
 * which is started, migrated and given keys of its own. Throws `InvalidSettingsError`, `LedgerError` or
 * `EmbeddedPostgresError`.
 */
export async function openInstallation(settings: Settings, log: Logger): Promise<Installation> {
  return settings.databaseUrl === undefined
    ? openEmbedded(settings, log)
    : openExternal(settings, settings.databaseUrl);
}

async function openEmbedded(settings: Settings, log: Logger): Promise<Installation> {
  const { keys, made } = await openKeys(settings.dataDir);
  const postgres = await openEmbeddedPostgres({
    dataDir: settings.dataDir,
    log: (detail) => log.info({ detail }, 'embedded PostgreSQL'),
  });
  try {
    // Loading the engine that migrates takes longer than a look.
    const pending = await pendingMigrations(postgres.databaseUrl);
    if (pending.length > 0) await migrate(postgres.databaseUrl);
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  return {
    databaseUrl: postgres.databaseUrl,
    apiKey: settings.apiKey ?? keys.apiKey,
    secretKey: settings.secretKey ?? keys.secretKey,
    // The key of the data directory sealed what there was before a setting gave another one.
    formerSecretKeys: [keys.secretKey, ...settings.formerSecretKeys],
    embedded: true,
    madeKeys: made,
    stop: () => postgres.stop(),
  };
}

async function openExternal(settings: Settings, databaseUrl: string): Promise<Installation> {
  const { secretKey, apiKey } = settings;
  if (secretKey === undefined) {
    const fault = 'is needed with DATABASE_URL: base64 of 32 bytes';
    throw new InvalidSettingsError(`POSTHORN_SECRET_KEY ${fault}`, {
      hint: 'make one with `openssl rand -base64 32`, and keep it: the signing secrets are sealed with it',
      details: { POSTHORN_SECRET_KEY: fault },
    });
  }
  const pending = await pendingMigrations(databaseUrl);
  if (pending.length > 0) {
    throw new LedgerError(`the ledger lacks ${pending.length} migrations: ${pending.join(', ')}`, {
      hint: 'run `posthorn migrate` once, before the processes of this version start',
    });
  }
  return {
    databaseUrl,
    apiKey,
    secretKey,
    formerSecretKeys: settings.formerSecretKeys,
    embedded: false,
    madeKeys: false,
    stop: async () => undefined,
  };
}

/**
 * Brings the ledger that the settings name to this version's schema, and makes its partitions ahead. Needs
 * no key. Throws `LedgerError` or `EmbeddedPostgresError`.
 *
 * @returns the names of the migrations applied
 */
export async function migrateInstallation(
  settings: Settings,
  clock: Clock,
  log: Logger,
): Promise<{ applied: string[] }> {
  const embedded =
    settings.databaseUrl === undefined
      ? await openEmbeddedPostgres({
          dataDir: settings.dataDir,
          log: (detail) => log.info({ detail }, 'embedded PostgreSQL'),
        })
      : undefined;
  const databaseUrl = settings.databaseUrl ?? embedded?.databaseUrl ?? '';
  try {
    const result = await migrate(databaseUrl);
    const ledger = openLedger({ databaseUrl, poolSize: 1 });
    await makePartitionsAhead(ledger, clock, log).finally(() => ledger.$disconnect());
    return result;
  } finally {
    await embedded?.stop();
  }
}
