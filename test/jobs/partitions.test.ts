import { describe, expect, test } from 'vitest';
import { firstIdAt, newId } from '../../src/domain/id.js';
import { createDeliveryLoader } from '../../src/store/delivery-loader.js';
import { writeEvents } from '../../src/store/events.js';
import { deleteExpiredKeys } from '../../src/store/idempotency-keys.js';
import type { Ledger } from '../../src/store/ledger.js';
import {
  addDays,
  attachLeftovers,
  dayOf,
  dropPartition,
  listDayPartitions,
  listPartitions,
  makePartitions,
} from '../../src/store/partitions.js';
import { insertWebhook } from '../../src/store/webhook-configuration.js';
import { pollUntil } from '../support/poll.js';
import { freshOptions, openTestLedger } from '../support/posthorn.js';

const noon = new Date('2025-03-10T12:00:00Z');

async function setup() {
  const { databaseUrl } = await freshOptions();
  const ledger = openTestLedger(String(databaseUrl));
  await insertWebhook(
    ledger,
    { id: newId('wh_', noon), accountId: 'a', url: 'http://x', secrets: [] },
    { now: noon, actor: 'owner' },
  );
  const enqueueAt = (now: Date) =>
    writeEvents(
      ledger,
      [
        {
          id: newId('evt_', now),
          accountId: 'a',
          type: 'x',
          payloadJson: '1',
          idempotencyKey: newId('evt_', now),
        },
      ],
      { now, dispatchAt: now, notify: false },
    );
  const tableOf = async (table: string, id: string) => {
    const [row] = await ledger.$queryRawUnsafe<{ name: string }[]>(
      `SELECT relname AS name FROM posthorn.${table} AS row JOIN pg_class ON pg_class.oid = row.tableoid
       WHERE row.id = $1`,
      id,
    );
    return row?.name;
  };
  const blocked = async () => {
    const [row] = await ledger.$queryRaw<{ count: bigint }[]>`
      SELECT count(*) FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    return Number(row?.count);
  };
  return { ledger, enqueueAt, tableOf, blocked };
}

/** Drops the partitions of days that ended before a time. @returns the names of those that were */
async function dropBefore(ledger: Ledger, before: Date): Promise<string[]> {
  const dropped: string[] = [];
  for (const partition of await listDayPartitions(ledger)) {
    if (addDays(partition.day, 1) > before) continue;
    if (await dropPartition(ledger, partition)) dropped.push(partition.name);
  }
  return dropped;
}

describe('day partitions', () => {
  test('are made without a moment at which a worker misses the rows that are moved', async () => {
    const { ledger, enqueueAt, blocked } = await setup();
    const [written] = await enqueueAt(noon);
    const deliveryId = written?.direct[0]?.id ?? '';
    const load = () =>
      createDeliveryLoader(ledger).load([{ deliveryId, eventId: written?.id ?? '' }]);
    const late = await ledger.$transaction(async (tx) => {
      // Whoever reads the default partition makes the job wait, and then the worker waits for the job.
      await tx.$queryRaw`SELECT 1 FROM posthorn.deliveries_default LIMIT 1`;
      const made = makePartitions(ledger, noon, noon);
      await pollUntil(blocked, (count) => count === 1, { what: 'a job that waits' });
      const loaded = load();
      await pollUntil(blocked, (count) => count === 2, { what: 'a worker that waits' });
      return { made, loaded };
    });
    expect(await late.loaded).toMatchObject([{ id: deliveryId, status: 'pending' }]);
    expect(await late.made).toContain('deliveries_20250310');
  });

  test('wait little for one long reader, and hold nobody up meanwhile', async () => {
    const { ledger, enqueueAt } = await setup();
    await makePartitions(ledger, noon, noon);
    await ledger.$transaction(
      async (dump) => {
        await dump.$executeRaw`
          LOCK TABLE posthorn.events, posthorn.events_default IN ACCESS SHARE MODE`;
        expect(await makePartitions(ledger, noon, addDays(noon, 1))).not.toContain(
          'events_20250311',
        );
        expect(await enqueueAt(noon)).toHaveLength(1);
        expect(await dropBefore(ledger, addDays(noon, 30))).not.toContain('events_20250310');
      },
      { timeout: 60_000 },
    );
    expect(await makePartitions(ledger, noon, addDays(noon, 1))).toContain('events_20250311');
  });

  test('of days without rows are made while a long transaction goes on, and hold nobody up', async () => {
    const { ledger, enqueueAt } = await setup();
    await makePartitions(ledger, noon, noon);
    await ledger.$transaction(async (tx) => {
      const row = { id: newId('evt_', noon), accountId: 'a', type: 'x', payloadJson: '1' };
      const options = { now: noon, dispatchAt: noon, notify: false };
      await writeEvents(tx, [{ ...row, idempotencyKey: null }], options);
      expect(await makePartitions(ledger, noon, addDays(noon, 1))).toContain('events_20250311');
      expect(await enqueueAt(noon)).toHaveLength(1);
    });
  });

  test('hold the rows of their day; those that came before their partition are moved into it', async () => {
    const { ledger, enqueueAt, tableOf } = await setup();
    const [early] = await enqueueAt(noon);
    expect(await tableOf('events', early?.id ?? '')).toBe('events_default');

    const made = await makePartitions(ledger, addDays(noon, -1), addDays(noon, 1));
    expect(made).toContain('events_20250310');
    expect(made).toContain('attempts_20250311');
    expect(await tableOf('events', early?.id ?? '')).toBe('events_20250310');
    expect(await tableOf('deliveries', early?.direct[0]?.id ?? '')).toBe('deliveries_20250310');

    const midnight = addDays(dayOf(noon), 1);
    const [last] = await enqueueAt(new Date(midnight.getTime() - 1));
    const [first] = await enqueueAt(midnight);
    expect(await tableOf('events', last?.id ?? '')).toBe('events_20250310');
    expect(await tableOf('events', first?.id ?? '')).toBe('events_20250311');
    expect(first?.id.slice(0, 16)).toBe(firstIdAt('evt_', midnight).slice(0, 16));
  });

  test('are made once, however many instances make them at the same time', async () => {
    const { ledger } = await setup();
    const rounds = await Promise.all(
      [1, 2, 3].map(() => makePartitions(ledger, noon, addDays(noon, 2))),
    );
    expect(rounds.flat()).toHaveLength(9);
    expect(await makePartitions(ledger, noon, addDays(noon, 2))).toEqual([]);
  });

  test('are dropped past their retention, but not while something in them is owed', async () => {
    const { ledger, enqueueAt } = await setup();
    await makePartitions(ledger, noon, addDays(noon, 1));
    await enqueueAt(noon);
    const before = addDays(noon, 5);
    const kept = ['deliveries_20250310', 'events_20250310'];
    await dropBefore(ledger, before);
    const left = (await listPartitions(ledger)).filter((name) => /_202503/.test(name));
    expect(left).toEqual(kept);

    await ledger.$executeRaw`
      UPDATE posthorn.deliveries SET status = 'exhausted', dispatch_at = NULL, ended_at = now()`;
    expect(await dropBefore(ledger, before)).toEqual(kept);
    expect(await ledger.event.count()).toBe(0);
  });

  test('that a process left detached when it died are attached again, with what came meanwhile', async () => {
    const { ledger, enqueueAt, tableOf } = await setup();
    await makePartitions(ledger, noon, noon);
    const [written] = await enqueueAt(noon);
    await ledger.$executeRaw`
      UPDATE posthorn.deliveries SET status = 'exhausted', dispatch_at = NULL, ended_at = now()`;
    const events = (await listDayPartitions(ledger)).find(({ name }) => name === 'events_20250310');
    if (events === undefined) throw new Error('there is no such partition');
    const died = dropPartition(ledger, events, () => Promise.reject(new Error('died')));
    await expect(died).rejects.toThrow('died');
    expect(await ledger.event.count()).toBe(0);
    await enqueueAt(noon);
    expect(await attachLeftovers(ledger)).toEqual(['events_20250310']);
    expect(await ledger.event.count()).toBe(2);
    expect(await tableOf('events', written?.id ?? '')).toBe('events_20250310');
    expect(await attachLeftovers(ledger)).toEqual([]);
    expect(await dropPartition(ledger, events, async () => false)).toBe(false);
    expect(await ledger.event.count()).toBe(2);
  });

  test('the days of a statement are all that its plan reads', async () => {
    const { ledger } = await setup();
    await makePartitions(ledger, noon, addDays(noon, 20));
    const id = newId('dlv_', noon);
    const rows = await ledger.$queryRawUnsafe<Record<string, string>[]>(
      'EXPLAIN SELECT * FROM posthorn.deliveries WHERE id = ANY($1::text[])',
      [id],
    );
    const plan = rows.map((row) => Object.values(row)[0]).join('\n');
    expect(plan).toContain('deliveries_20250310');
    expect(plan).not.toContain('deliveries_20250311');
    expect(plan).not.toContain('Seq Scan');
  });
});

test('expired idempotency keys are forgotten, younger ones kept', async () => {
  const { ledger, enqueueAt } = await setup();
  await enqueueAt(noon);
  await enqueueAt(addDays(noon, 1));
  expect(await deleteExpiredKeys(ledger, addDays(noon, 1))).toBe(1);
  expect(await ledger.idempotencyKey.count()).toBe(1);
});
