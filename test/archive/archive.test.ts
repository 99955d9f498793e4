import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import S3rver from 's3rver';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createArchive } from '../../src/archive/archive.js';
import type { ArchiveStore } from '../../src/archive/archive-store.js';
import { createFolderStore } from '../../src/archive/folder-store.js';
import { createLogger } from '../../src/log.js';
import { createPosthorn } from '../../src/posthorn.js';
import type { Ledger } from '../../src/store/ledger.js';
import { pollUntil } from '../support/poll.js';
import { DAY_MS, setup, temporaryFolder } from './setup.js';

const TABLES = ['attempts', 'deliveries', 'events'] as const;

/** A digest of every row of all tables, column by column. */
async function digests(ledger: Ledger): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const table of TABLES) {
    const rows = await ledger.$queryRawUnsafe<{ line: string }[]>(
      `SELECT t::text AS line FROM posthorn.${table} AS t ORDER BY id`,
    );
    const hash = createHash('sha256');
    for (const { line } of rows) hash.update(`${line}\n`);
    found[table] = `${rows.length} ${hash.digest('hex')}`;
  }
  return found;
}

const counts = async (ledger: Ledger) => [
  await ledger.event.count(),
  await ledger.delivery.count(),
  await ledger.attempt.count(),
];

describe('the archive in a folder', () => {
  test('takes days past their retention, is verified, and brings them back as they were', async () => {
    const folder = await temporaryFolder();
    const { posthorn, ledger, options, webhook, clock, pass, liveADay } = await setup({
      archive: folder,
    });
    const other = await createPosthorn(options, { clock });
    onTestFinished(() => other.stop());
    for (let day = 0; day < 3; day += 1) {
      await liveADay();
      pass(DAY_MS);
    }
    const before = await digests(ledger);
    await Promise.all([posthorn.runJob('archive'), other.runJob('archive')]);
    expect(await digests(ledger)).toEqual(before);
    pass(9 * DAY_MS);
    expect((await posthorn.archive.run({ dryRun: true })).archived).toEqual(
      expect.arrayContaining(['events_20260301', 'attempts_20260302']),
    );
    await Promise.all([posthorn.runJob('archive'), other.runJob('archive')]);
    expect(await counts(ledger)).toEqual([20, 20, 40]);
    pass(DAY_MS);
    await Promise.all([posthorn.runJob('archive'), other.runJob('archive')]);
    expect(await counts(ledger)).toEqual([0, 0, 0]);
    const manifests = await posthorn.archive.list();
    const ofDay = manifests.filter(({ day }) => day === '2026-03-02');
    expect(ofDay.map(({ table, rows }) => [table, rows])).toEqual([
      ['attempts', 40],
      ['deliveries', 20],
      ['events', 20],
    ]);
    expect((await posthorn.archive.verify()).every(({ fault }) => fault === null)).toBe(true);

    for (const day of ['2026-03-01', '2026-03-02', '2026-03-03']) {
      expect(await posthorn.archive.restore(day, 7 * DAY_MS)).toBe(80);
    }
    expect(await digests(ledger)).toEqual(before);
    expect(await posthorn.archive.restore('2026-03-02', 7 * DAY_MS)).toBe(0);
    // They stay as long as asked for, can be replayed, and leave again; what changed is written again.
    await posthorn.runJob('archive');
    expect(await counts(ledger)).toEqual([60, 60, 120]);
    const from = new Date('2026-03-02T00:00:00Z');
    const to = new Date('2026-03-03T00:00:00Z');
    const replay = { from, to, statuses: ['delivered'] as const, eventTypes: ['user.*'] };
    const { replay: begun } = await posthorn.replays.start(webhook.id, replay);
    await posthorn.replays.advance();
    expect(begun.total).toBe(10);
    pass(8 * DAY_MS);
    await posthorn.runJob('archive');
    expect(await ledger.delivery.count()).toBe(20);
    await ledger.delivery.updateMany({
      where: { status: 'pending' },
      data: { status: 'exhausted', endedAt: clock(), dispatchAt: null },
    });
    await posthorn.runJob('archive');
    await posthorn.runJob('archive');
    expect(await counts(ledger)).toEqual([0, 0, 0]);
    await posthorn.archive.restore('2026-03-02', DAY_MS);
    expect(await ledger.delivery.count({ where: { status: 'exhausted' } })).toBe(10);
    await expect(posthorn.archive.restore('2027-01-01', DAY_MS)).rejects.toThrow('is not archived');
    await expect(posthorn.archive.restore('yesterday', DAY_MS)).rejects.toThrow('is no day');
  });

  test('a damaged file is told of, and nothing of it is restored', async () => {
    const folder = await temporaryFolder();
    const { posthorn, ledger, pass, liveADay } = await setup({ archive: folder });
    await liveADay();
    pass(20 * DAY_MS);
    await posthorn.runJob('archive');
    const [attempts] = await posthorn.archive.list();
    const path = join(folder, attempts?.file ?? '');
    const content = await readFile(path);
    content[content.length >> 1] = (content[content.length >> 1] ?? 0) ^ 1;
    await writeFile(path, content);
    const found = await posthorn.archive.verify('2026-03-01');
    expect(found.map(({ fault }) => fault === null)).toEqual([false, true, true]);
    await expect(posthorn.archive.restore('2026-03-01', DAY_MS)).rejects.toThrow(
      'is damaged: its SHA-256',
    );
    expect(await counts(ledger)).toEqual([0, 0, 0]);
  });

  test('broken off at any step it loses nothing, and goes on', async () => {
    const folder = await temporaryFolder();
    const { posthorn, ledger, clock, pass, liveADay } = await setup({ archive: folder });
    await liveADay(5);
    pass(20 * DAY_MS);
    const before = await digests(ledger);
    const whole = createFolderStore(folder);
    const log = createLogger('silent');
    for (let step = 1; ; step += 1) {
      let calls = 0;
      const failing =
        (name: 'put' | 'get' | 'list' | 'delete') =>
        async (...given: unknown[]) => {
          calls += 1;
          if (calls === step) throw new Error(`broken off at step ${step}`);
          return (whole[name] as (...parameters: unknown[]) => unknown)(...given);
        };
      const store = Object.fromEntries(
        (['put', 'get', 'list', 'delete'] as const).map((name) => [name, failing(name)]),
      );
      const archive = createArchive({
        ledger,
        settings: posthorn.settings,
        clock,
        log,
        openStore: async () => ({ ...store, location: folder }) as unknown as ArchiveStore,
      });
      const broken = await archive.run().then(
        () => false,
        () => true,
      );
      // What left the tables is in whole files, and the rest is still there.
      const left = await digests(ledger);
      for (const table of TABLES) {
        if (left[table] === before[table]) continue;
        const [manifest] = (await posthorn.archive.verify()).filter(
          (each) => each.manifest.table === table,
        );
        expect([step, table, manifest?.fault]).toEqual([step, table, null]);
      }
      if (!broken) break;
      expect(step).toBeLessThan(50);
    }
    // A table that somebody else holds at that moment, like a vacuum, is left to the next run.
    await pollUntil(
      async () => {
        await posthorn.archive.run();
        return counts(ledger);
      },
      (left) => left.every((count) => count === 0),
      { what: 'tables that are empty' },
    );
    await posthorn.archive.restore('2026-03-01', DAY_MS);
    expect(await digests(ledger)).toEqual(before);
    const files = await readdir(folder, { recursive: true });
    expect(files.filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('a day is kept for as long as the longest retention of its webhooks', async () => {
    const { posthorn, ledger, webhook, pass, liveADay } = await setup({
      archive: await temporaryFolder(),
    });
    await liveADay(5);
    await posthorn.webhooks.update(webhook.id, { overrides: { retention: '30d' } });
    pass(20 * DAY_MS);
    await posthorn.runJob('archive');
    expect(await counts(ledger)).toEqual([5, 5, 10]);
    pass(12 * DAY_MS);
    await posthorn.runJob('archive');
    expect(await counts(ledger)).toEqual([0, 0, 0]);
  });

  test('an account is erased from tables and files, the others stay', async () => {
    const folder = await temporaryFolder();
    const { posthorn, ledger, pass, liveADay } = await setup({ archive: folder });
    await posthorn.webhooks.register({ url: 'https://example.com/b', accountId: 'b' });
    await posthorn.enqueue({ type: 'secret.told', payload: 'of b, archived', accountId: 'b' });
    await liveADay(5);
    pass(20 * DAY_MS);
    await posthorn.runJob('archive');
    await posthorn.enqueue({
      type: 'secret.told',
      payload: 'of b, here',
      accountId: 'b',
      idempotencyKey: 'k',
    });
    await posthorn.enqueue({ type: 'secret.told', payload: 'of default, here' });
    const dry = await posthorn.erasure.run('b', { dryRun: true });
    expect(dry).toMatchObject({ discarded: 1, events: 1, attempts: 0, idempotencyKeys: 1 });
    expect(dry.files.map(({ rows }) => rows)).toEqual([2, 1]);
    const report = await posthorn.erasure.run('b');
    expect(report).toMatchObject({ discarded: 1, events: 1, idempotencyKeys: 1 });
    expect(report.files.map(({ rows }) => rows)).toEqual([2, 1]);
    expect(await posthorn.erasure.run('b')).toMatchObject({ events: 0, files: [] });
    expect((await posthorn.archive.verify()).map(({ fault }) => fault)).toEqual([null, null, null]);
    await posthorn.archive.restore('2026-03-01', DAY_MS);
    const payloads = (await ledger.event.findMany()).map(({ payload }) => payload).join();
    expect(payloads).not.toContain('of b');
    expect(payloads).toContain('of default');
    expect(payloads).toContain('Grüße');
    const answers = await ledger.attempt.findMany({ where: { responseExcerpt: 'answer' } });
    expect(answers).toHaveLength(10);
  });
});

describe('the archive in an S3-compatible store', () => {
  beforeAll(() => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'S3RVER');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'S3RVER');
    return () => vi.unstubAllEnvs();
  });

  test('holds the same', async () => {
    const directory = await temporaryFolder();
    const server = new S3rver({
      port: 0,
      address: '127.0.0.1',
      silent: true,
      directory,
      configureBuckets: [{ name: 'hooks', configs: [] }],
    });
    const { port } = await server.run();
    onTestFinished(() => server.close());
    const { posthorn, ledger, pass, liveADay } = await setup({
      archive: 's3://hooks/of/posthorn',
      s3Endpoint: `http://127.0.0.1:${port}`,
    });
    await liveADay(50);
    const before = await digests(ledger);
    pass(20 * DAY_MS);
    await posthorn.runJob('archive');
    expect(await counts(ledger)).toEqual([0, 0, 0]);
    expect((await posthorn.archive.verify()).map(({ fault }) => fault)).toEqual([null, null, null]);
    await posthorn.archive.restore('2026-03-01', DAY_MS);
    expect(await digests(ledger)).toEqual(before);
  });
});

test('without an archive days are dropped, and that is said where one is asked for', async () => {
  const { posthorn, ledger, pass, liveADay } = await setup();
  await liveADay(5);
  pass(20 * DAY_MS);
  await posthorn.runJob('archive');
  expect(await counts(ledger)).toEqual([0, 0, 0]);
  await expect(posthorn.archive.list()).rejects.toThrow('POSTHORN_ARCHIVE is not set');
});
