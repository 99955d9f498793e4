import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import type { Clock } from '../domain/clock.js';
import { checkKey } from '../domain/event.js';
import { type OnProgress, UNHEARD } from '../domain/progress.js';
import {
  accountWebhooks,
  countOfAccount,
  discardOwedOfAccount,
  eraseOfAccount,
  erasePartition,
} from '../store/erasure.js';
import type { Ledger } from '../store/ledger.js';
import { listDayPartitions } from '../store/partitions.js';
import type { ArchiveStore } from './archive-store.js';
import { type ArchivedRow, type Manifest, readDay, readManifests, writeDay } from './day-files.js';
import { openArchiveStore } from './open-store.js';

/** What an erasure removed, or would remove. */
export interface ErasureReport {
  readonly accountId: string;
  /** Pending deliveries that were discarded, because they would deliver nothing. */
  readonly discarded: number;
  /** Events whose payload was removed. */
  readonly events: number;
  /** Attempts whose answer and error were removed. */
  readonly attempts: number;
  readonly idempotencyKeys: number;
  /** Archived files that were rewritten, with how many rows were changed in each. */
  readonly files: readonly { readonly file: string; readonly rows: number }[];
}

/** Removes what an account's events said, and what its endpoints answered. */
export interface Erasure {
  /**
   * Removes an account's payloads, answers and errors from the tables and the archive. What happened, and
   * when, stays. It may be broken off and run again.
   */
  run(
    accountId: string,
    options?: {
      readonly dryRun?: boolean | undefined;
      readonly onProgress?: OnProgress | undefined;
    },
  ): Promise<ErasureReport>;
}

export function createErasure(options: {
  ledger: Ledger;
  settings: Pick<Settings, 'archive' | 's3Endpoint' | 's3Region'>;
  clock: Clock;
  log: Logger;
}): Erasure {
  const { ledger, settings, clock, log } = options;

  async function eraseTables(
    accountId: string,
    webhookIds: readonly string[],
    onProgress: OnProgress,
  ) {
    const discarded = await discardOwedOfAccount(ledger, accountId, clock());
    let events = 0;
    let attempts = 0;
    // One partition after the other, so that no transaction holds many rows.
    const days = (await listDayPartitions(ledger)).map(({ name }) => name);
    const names = [...days, 'events_default', 'attempts_default'];
    for (const [done, name] of names.entries()) {
      await onProgress({ done, total: names.length, at: name });
      const count = await erasePartition(ledger, name, accountId, webhookIds);
      if (name.startsWith('events')) events += count;
      else attempts += count;
    }
    return { discarded, events, attempts };
  }

  /** Writes a file anew without what is to go; the manifest changes first, then the old file goes. */
  async function eraseFile(
    store: ArchiveStore,
    manifest: Manifest,
    erase: (row: ArchivedRow) => ArchivedRow | undefined,
    dryRun: boolean,
  ): Promise<number> {
    let changed = 0;
    async function* lines(): AsyncGenerator<string> {
      for await (const line of readDay(store, manifest)) {
        const erased = erase(JSON.parse(line) as ArchivedRow);
        if (erased !== undefined) changed += 1;
        yield erased === undefined ? line : JSON.stringify(erased);
      }
    }
    for await (const _line of lines());
    if (changed === 0 || dryRun) return changed;
    const { table, day, checks } = manifest;
    await writeDay(store, { table, day, checks, now: clock() }, lines());
    await store.delete(manifest.file);
    return changed / 2;
  }

  async function eraseArchive(
    accountId: string,
    webhookIds: ReadonlySet<string>,
    { dryRun, onProgress }: { dryRun: boolean; onProgress: OnProgress },
  ) {
    const store = await openArchiveStore(settings);
    if (store === undefined) return [];
    const manifests = await readManifests(store);
    const ids = new Set(webhookIds);
    // Webhooks that were deleted are known from their deliveries alone.
    for (const manifest of manifests.filter(({ table }) => table === 'deliveries')) {
      for await (const line of readDay(store, manifest)) {
        const row = JSON.parse(line) as ArchivedRow;
        if (row.account_id === accountId) ids.add(String(row.webhook_id));
      }
    }
    const files: { file: string; rows: number }[] = [];
    for (const [done, manifest] of manifests.entries()) {
      await onProgress({ done, total: manifests.length, at: manifest.file });
      const erase = (row: ArchivedRow) => eraseRow(manifest.table, row, accountId, ids);
      const rows = await eraseFile(store, manifest, erase, dryRun);
      if (rows > 0) files.push({ file: manifest.file, rows });
    }
    return files;
  }

  return {
    async run(given, { dryRun = false, onProgress = UNHEARD } = {}) {
      const accountId = checkKey('accountId', given);
      const webhookIds = await accountWebhooks(ledger, accountId);
      const tables = dryRun
        ? await countOfAccount(ledger, accountId, webhookIds)
        : {
            ...(await eraseTables(accountId, webhookIds, onProgress)),
            idempotencyKeys: await eraseOfAccount(ledger, accountId, clock()),
          };
      const files = await eraseArchive(accountId, new Set(webhookIds), { dryRun, onProgress });
      const report = { accountId, ...tables, files };
      if (!dryRun) log.warn({ ...report, files: files.length }, 'account erased');
      return report;
    },
  };
}

/** A row without what is to go; undefined where nothing is. */
function eraseRow(
  table: string,
  row: ArchivedRow,
  accountId: string,
  webhookIds: ReadonlySet<string>,
): ArchivedRow | undefined {
  if (table === 'events') {
    const holds = row.account_id === accountId && row.payload !== 'null';
    return holds ? { ...row, payload: 'null', idempotency_key: null } : undefined;
  }
  const holds =
    table === 'attempts' &&
    webhookIds.has(String(row.webhook_id)) &&
    (row.response_excerpt !== null || row.error !== null);
  return holds ? { ...row, response_excerpt: null, error: null } : undefined;
}
