import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DAY_MS, setup, temporaryFolder } from './setup.js';

/** A ledger with a day that is archived, and one past its retention that is not yet. */
async function setupArchived() {
  const folder = await temporaryFolder();
  const bundle = await setup({ archive: folder });
  const { posthorn, pass, liveADay } = bundle;
  const { tasks } = posthorn;
  /** Each at a time of its own, because that is their order. */
  const start: typeof tasks.start = (input, options) => {
    pass(1);
    return tasks.start(input, options);
  };
  await liveADay(5);
  pass(20 * DAY_MS);
  await posthorn.runJob('archive');
  await liveADay(5);
  pass(20 * DAY_MS);
  return { ...bundle, folder, start };
}

describe('a task', () => {
  test('archives, verifies and restores, and says what it came to', async () => {
    const { posthorn, ledger, folder, start } = await setupArchived();
    const { tasks, archive } = posthorn;
    const dry = await start({ kind: 'archive', dryRun: true });
    const real = await start({ kind: 'archive' }, { actor: 'setting' });
    expect(real).toMatchObject({ status: 'waiting', requestedBy: 'setting', startedAt: null });
    const verify = await start({ kind: 'verify' });
    const restore = await start({ kind: 'restore', day: '2026-03-01', for: '1d' });
    await posthorn.runJob('tasks');
    const names = ['attempts_20260321', 'deliveries_20260321', 'events_20260321'];
    expect(await tasks.get(dry.id)).toMatchObject({
      status: 'done',
      result: { archived: { count: expect.any(Number) }, dropped: { count: 0 } },
    });
    const done = await tasks.get(real.id);
    expect(done).toMatchObject({
      status: 'done',
      error: null,
      progress: { total: expect.any(Number) },
    });
    expect(done.result).toMatchObject({ archived: { count: 3, first: names } });
    expect((await tasks.get(verify.id)).result).toEqual({
      files: 6,
      damaged: { count: 0, first: [] },
    });
    expect((await tasks.get(restore.id)).result).toEqual({ rows: 20 });
    expect(await ledger.event.count()).toBe(5);
    const days = await archive.days({ limit: 1 });
    expect(days).toMatchObject({ data: [{ day: '2026-03-21', restoredUntil: null }] });
    const more = await archive.days({ cursor: days.nextCursor ?? undefined });
    expect(more).toMatchObject({ data: [{ day: '2026-03-01' }], nextCursor: null });
    expect(more.data[0]?.restoredUntil).not.toBeNull();
    const [manifest] = more.data[0]?.files ?? [];
    await writeFile(join(folder, manifest?.file ?? ''), 'nonsense');
    const found = await start({ kind: 'verify', day: '2026-03-01' });
    await posthorn.runJob('tasks');
    expect((await tasks.get(found.id)).result).toMatchObject({
      files: 3,
      damaged: { count: 1, first: [{ file: manifest?.file }] },
    });
  });

  test('that can not be done fails with the reason, and the next goes on', async () => {
    const { posthorn, start } = await setupArchived();
    const { tasks } = posthorn;
    const missing = await start({ kind: 'restore', day: '2020-01-01' });
    const erasure = await start({ kind: 'erasure', accountId: 'default', dryRun: true });
    await posthorn.runJob('tasks');
    expect(await tasks.get(missing.id)).toMatchObject({
      status: 'failed',
      error: '2020-01-01 is not archived',
      result: null,
    });
    expect(await tasks.get(erasure.id)).toMatchObject({
      status: 'done',
      result: { accountId: 'default', files: expect.any(Number) },
    });
    expect((await tasks.list()).data.map(({ id }) => id)).toEqual([erasure.id, missing.id]);
    expect((await tasks.list({ kind: 'restore' })).data).toHaveLength(1);
  });

  test('of a process that died is taken up at the end of its lease, and given up after three', async () => {
    const { posthorn, ledger, pass } = await setup();
    const { id } = await posthorn.tasks.start({ kind: 'archive' });
    pass(1);
    const later = await posthorn.tasks.start({ kind: 'archive' });
    const dies = (tries: number, dueAt: Date) =>
      ledger.task.update({ where: { id }, data: { status: 'running', tries, dueAt } });
    const until = new Date('2026-03-01T12:05:00Z');
    await dies(1, until);
    await posthorn.runJob('tasks');
    // One at a time: what came later waits for it.
    expect((await posthorn.tasks.get(later.id)).status).toBe('waiting');
    pass(10 * 60_000);
    await posthorn.runJob('tasks');
    expect((await posthorn.tasks.get(id)).status).toBe('done');
    expect((await posthorn.tasks.get(later.id)).status).toBe('done');
    await dies(3, until);
    await posthorn.runJob('tasks');
    expect(await posthorn.tasks.get(id)).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('given up'),
    });
  });

  test('is refused where it does not fit, or too many wait', async () => {
    const { posthorn } = await setup();
    const { tasks } = posthorn;
    await expect(tasks.start({ kind: 'verify' })).rejects.toThrow('POSTHORN_ARCHIVE is not set');
    await expect(tasks.start({ kind: 'erasure', accountId: '' })).rejects.toThrow('accountId');
    for (let n = 0; n < 20; n += 1) await tasks.start({ kind: 'archive' });
    await expect(tasks.start({ kind: 'archive' })).rejects.toThrow('20 tasks wait');
    await expect(tasks.get('tsk_nothing')).rejects.toThrow('there is no task');
  });
});
