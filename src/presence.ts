import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { Clock } from './domain/clock.js';
import { newId } from './domain/id.js';
import { settlesWithin } from './domain/settles-within.js';
import type { Ledger } from './store/ledger.js';
import {
  BEAT_MS,
  deleteProcess,
  listProcesses,
  type Process,
  writeProcess,
} from './store/processes.js';
import { VERSION } from './version.js';

/** Says to the ledger that this process is there, and in which roles. */
export interface Presence {
  /**
   * Says it now, and then every ten seconds.
   *
   * @param options.inFlight how many deliveries are in flight from this process
   */
  announce(role: string, options?: { readonly inFlight?: () => number }): void;
  /** The processes of this Posthorn seen within an hour, up to 200, those that are alive first. */
  list(): Promise<readonly Process[]>;
  /** Takes it back. May be called twice, or before `announce`. */
  stop(): Promise<void>;
}

/** How long PostgreSQL may take to hear that the process ends. */
const GOODBYE_MS = 2_000;

export function createPresence(options: { ledger: Ledger; clock: Clock; log: Logger }): Presence {
  const { ledger, clock, log } = options;
  const startedAt = clock();
  const id = newId('prc_', startedAt);
  const roles = new Set<string>();
  let inFlight = () => 0;
  let timer: NodeJS.Timeout | undefined;
  let written: Promise<void> = Promise.resolve();

  function write(): void {
    const own = { id, roles: [...roles], host: hostname(), pid: process.pid, version: VERSION };
    written = written
      .then(() => writeProcess(ledger, { ...own, inFlight: inFlight(), startedAt }))
      .catch((error) => log.debug({ error }, 'not announced, trying again'));
  }

  return {
    announce(role, counts) {
      roles.add(role);
      inFlight = counts?.inFlight ?? inFlight;
      timer ??= setInterval(write, BEAT_MS);
      write();
    },
    list: () => listProcesses(ledger),
    async stop() {
      if (timer === undefined) return;
      clearInterval(timer);
      timer = undefined;
      const deleted = written
        .then(() => deleteProcess(ledger, id))
        .catch((error) => log.debug({ error }, 'not taken back'));
      await settlesWithin(deleted, GOODBYE_MS);
    },
  };
}
