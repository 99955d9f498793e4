import { arch, platform } from 'node:os';
import type { SettingInForce, Settings } from './config.js';
import type { Installation } from './installation.js';
import type { QueueBackend } from './queue/backend.js';
import { inspectRedis, type RedisInspection } from './queue/redis-inspection.js';
import type { Role } from './roles.js';
import type { Ledger } from './store/ledger.js';
import { type AppliedMigration, readLedgerState } from './store/ledger-state.js';
import { VERSION } from './version.js';

/** What an installation is made of, and the settings of the process that answers. */
export interface Surroundings {
  /** Posthorn's own. */
  readonly version: string;
  readonly process: ProcessState;
  readonly postgres: PostgresState;
  readonly queue: QueueState;
  /** The migrations that are applied, in order. */
  readonly migrations: readonly AppliedMigration[];
  readonly settings: readonly SettingInForce[];
}

export interface ProcessState {
  readonly pid: number;
  /** Besides the api. */
  readonly roles: readonly Role[];
  readonly startedAt: Date;
  /** Like `20.20.2`. */
  readonly node: string;
  /** Like `linux x64`. */
  readonly platform: string;
}

export interface PostgresState {
  readonly version: string;
  readonly embedded: boolean;
  /** Its host and port, or the folder of the embedded one. */
  readonly place: string;
}

export interface QueueState {
  readonly kind: 'redis' | 'postgres';
  /** Into how many shards the deliveries are divided. */
  readonly shards: number;
  /** Of Redis: the nodes that the settings name. */
  readonly nodes: readonly RedisState[];
}

/** A node, or why it could not be looked at. */
export type RedisState =
  | (RedisInspection & { readonly fault: null })
  | { readonly node: string; readonly fault: string };

/** Tells what an installation is made of, without a secret. */
export interface SurroundingsReader {
  /** Asks PostgreSQL and every node of Redis, which takes 5 s at most where one does not answer. */
  read(): Promise<Surroundings>;
}

export function createSurroundingsReader(options: {
  ledger: Ledger;
  backend: Pick<QueueBackend, 'kind' | 'shards'>;
  installation: Pick<Installation, 'databaseUrl' | 'embedded'>;
  settings: Pick<Settings, 'dataDir' | 'redisUrl'>;
  inForce: readonly SettingInForce[];
  roles: () => readonly Role[];
}): SurroundingsReader {
  const { ledger, backend, installation, settings, inForce, roles } = options;
  const place = installation.embedded ? settings.dataDir : new URL(installation.databaseUrl).host;
  return {
    async read() {
      const [{ version, migrations }, nodes] = await Promise.all([
        readLedgerState(ledger),
        Promise.all((settings.redisUrl ?? []).map(inspectNode)),
      ]);
      return {
        version: VERSION,
        process: {
          pid: process.pid,
          roles: roles(),
          startedAt: new Date(Date.now() - process.uptime() * 1_000),
          node: process.versions.node,
          platform: `${platform()} ${arch()}`,
        },
        postgres: { version, embedded: installation.embedded, place },
        queue: { kind: backend.kind, shards: backend.shards, nodes },
        migrations,
        settings: inForce,
      };
    },
  };
}

async function inspectNode(nodeUrl: string): Promise<RedisState> {
  try {
    return { ...(await inspectRedis(nodeUrl)), fault: null };
  } catch (error) {
    // A node that is away is something to show: its code, like ECONNREFUSED, has no credential in it.
    const { code } = error as { code?: unknown };
    const fault = typeof code === 'string' ? code : 'it does not answer as Redis does';
    return { node: new URL(nodeUrl).host, fault };
  }
}
