import { describe, expect, test } from 'vitest';
import { newId } from '../../src/domain/id.js';
import { claimDue, releaseLeases } from '../../src/store/dispatch.js';
import { writeEvents } from '../../src/store/events.js';
import type { HoldState } from '../../src/store/generated/enums.js';
import { releaseHeld } from '../../src/store/hold-release.js';
import { changeHolds, parkDeliveries } from '../../src/store/holds.js';
import type { Ledger } from '../../src/store/ledger.js';
import { insertWebhook, updateWebhook } from '../../src/store/webhook-configuration.js';
import { deactivateWebhook, reactivateWebhook } from '../../src/store/webhook-state.js';
import { findWebhook } from '../../src/store/webhooks.js';
import { freshOptions, openTestLedger } from '../support/posthorn.js';

const now = new Date('2026-11-23T12:00:00Z');
const PROBE_MS = 45_000;

const after = (seconds: number) => new Date(now.getTime() + seconds * 1_000);

async function setup() {
  const { databaseUrl } = await freshOptions();
  const ledger = openTestLedger(String(databaseUrl));
  const second = openTestLedger(String(databaseUrl));
  return { ledger, second };
}

async function register(ledger: Ledger, accountId: string, rateLimit: number | null = null) {
  const id = newId('wh_', now);
  await insertWebhook(
    ledger,
    { id, accountId, url: 'http://x', secrets: [], rateLimit },
    { now, actor: 'owner' },
  );
  return id;
}

/** Writes events for an account, as a producer does. */
function write(
  ledger: Parameters<typeof writeEvents>[0],
  accountId: string,
  count: number,
  at = now,
) {
  const rows = Array.from({ length: count }, () => ({
    id: newId('evt_', at),
    accountId,
    type: 'x',
    payloadJson: '1',
    idempotencyKey: null,
  }));
  return writeEvents(ledger, rows, { now: at, dispatchAt: after(30), notify: false });
}

async function hold(ledger: Ledger, webhookId: string, state: HoldState, allowance: number) {
  const change = { state, allowance, openings: 0, releaseAt: now };
  await changeHolds(ledger, [{ webhookId, was: null, change }], now);
}

const release = (ledger: Ledger, at: Date) => releaseHeld(ledger, 100, at, PROBE_MS);

const findHold = (ledger: Ledger, webhookId: string) =>
  ledger.hold.findUnique({ where: { webhookId } });

const parkedCount = (ledger: Ledger) =>
  ledger.delivery.count({ where: { dispatchAt: null, status: 'pending' } });

describe('a held webhook', () => {
  test('is owed new deliveries that wait, and those of others do not', async () => {
    const { ledger } = await setup();
    const held = await register(ledger, 'a');
    const free = await register(ledger, 'a');
    await hold(ledger, held, 'pacing', 5);
    const [event] = await write(ledger, 'a', 1);
    expect(event?.deliveryCount).toBe(2);
    expect(event?.direct.map(({ webhookId }) => webhookId)).toEqual([free]);
    expect(await parkedCount(ledger)).toBe(1);
  });

  test('gets them up to its allowance, oldest first, whatever the others hold back', async () => {
    const { ledger } = await setup();
    const large = await register(ledger, 'a');
    const small = await register(ledger, 'b');
    await hold(ledger, large, 'pacing', 5);
    await hold(ledger, small, 'pacing', 5);
    await write(ledger, 'a', 500, after(-9));
    await write(ledger, 'a', 500, after(-8));
    await write(ledger, 'b', 2);
    const first = await release(ledger, now);
    const counts = (id: string) =>
      first.deliveries.filter(({ webhookId }) => webhookId === id).length;
    expect([counts(large), counts(small)]).toEqual([5, 2]);
    const rows = await ledger.delivery.findMany({
      where: { webhookId: large, NOT: { dispatchAt: null } },
    });
    expect(rows.every(({ dueAt }) => dueAt.getTime() === after(-9).getTime())).toBe(true);

    // Those are on their way and use the allowance up; one that ends makes room for one.
    expect((await release(ledger, after(1))).deliveries).toEqual([]);
    const [ended] = first.deliveries;
    await ledger.delivery.update({
      where: { id: ended?.id ?? '' },
      data: { status: 'delivered', dispatchAt: null, endedAt: after(1) },
    });
    expect((await release(ledger, after(2))).deliveries).toHaveLength(1);
  });

  test('is let go when nothing waits, and then its deliveries go straight on', async () => {
    const { ledger } = await setup();
    const id = await register(ledger, 'a');
    await hold(ledger, id, 'pacing', 10);
    await write(ledger, 'a', 2);
    expect((await release(ledger, now)).deliveries).toHaveLength(2);
    expect(await findHold(ledger, id)).toBeNull();
    const [event] = await write(ledger, 'a', 1);
    expect(event?.direct).toHaveLength(1);
  });

  test('is not let go under a producer whose transaction is open, and nothing stays behind', async () => {
    const { ledger, second } = await setup();
    const id = await register(ledger, 'a');
    await hold(ledger, id, 'pacing', 10);
    await second.$transaction(async (tx) => {
      await write(tx, 'a', 1);
      expect((await release(ledger, now)).deliveries).toEqual([]);
      expect(await findHold(ledger, id)).not.toBeNull();
    });
    expect((await release(ledger, after(1))).deliveries).toHaveLength(1);
    expect(await findHold(ledger, id)).toBeNull();
    expect(await parkedCount(ledger)).toBe(0);
  });

  test('loses nothing while producers, parkers and two dispatchers work at once', async () => {
    const { ledger, second } = await setup();
    const ids = await Promise.all([1, 2, 3].map(() => register(ledger, 'a')));
    let made = 0;
    const seen: string[] = [];
    const park = async (from: Ledger, deliveries: readonly { id: string; webhookId: string }[]) => {
      await parkDeliveries(
        from,
        deliveries.map((each) => ({ ...each, allowance: 3 })),
        now,
      );
    };
    const end = async (from: Ledger, which: readonly string[]) => {
      seen.push(...which);
      await from.delivery.updateMany({
        where: { id: { in: [...which] } },
        data: { status: 'delivered', dispatchAt: null, endedAt: now },
      });
    };
    const produce = async (from: Ledger) => {
      for (let round = 0; round < 30; round += 1) {
        for (const { deliveryCount, direct } of await write(from, 'a', 5)) {
          made += deliveryCount;
          await park(from, direct.slice(0, 2));
          await end(
            from,
            direct.slice(2).map(({ id }) => id),
          );
        }
      }
    };
    let producing = true;
    const dispatch = async (from: Ledger) => {
      for (let at = 0, idle = 0; idle < 3; at += 1) {
        const { deliveries, holds } = await release(from, after(at));
        await end(
          from,
          deliveries.map(({ id }) => id),
        );
        idle = producing || holds > 0 ? 0 : idle + 1;
      }
    };
    const dispatching = Promise.all([dispatch(ledger), dispatch(second)]);
    await Promise.all([produce(ledger), produce(second)]).finally(() => {
      producing = false;
    });
    await dispatching;
    expect(made).toBe(30 * 5 * 2 * ids.length);
    expect(await parkedCount(ledger)).toBe(0);
    expect(new Set(seen).size).toBe(made);
  });

  test('that is inactive gets nothing, and all of it once it is active again', async () => {
    const { ledger } = await setup();
    const id = await register(ledger, 'a');
    await hold(ledger, id, 'pacing', 10);
    await write(ledger, 'a', 3);
    await deactivateWebhook(ledger, id, { reason: 'owner', detail: null, actor: 'owner', now });
    expect((await release(ledger, now)).deliveries).toEqual([]);
    expect(await findHold(ledger, id)).toBeNull();
    const answer = await reactivateWebhook(ledger, id, { owed: 'replay', actor: 'owner', now });
    expect(answer?.deliveries).toBe(3);
    expect((await release(ledger, after(1))).deliveries).toHaveLength(2); // at a growing pace
  });

  test('that is deleted takes its hold along', async () => {
    const { ledger } = await setup();
    const id = await register(ledger, 'a');
    await hold(ledger, id, 'pacing', 10);
    await ledger.webhook.delete({ where: { id } });
    expect(await ledger.hold.count()).toBe(0);
    await parkDeliveries(ledger, [{ id: 'dlv_x', webhookId: id, allowance: 1 }], now);
    expect(await ledger.hold.count()).toBe(0);
  });
});

describe('an open breaker', () => {
  test('lets one delivery try after its pause, and is idle while nothing waits', async () => {
    const { ledger } = await setup();
    const id = await register(ledger, 'a');
    const change = { state: 'open', allowance: 1, openings: 1, releaseAt: after(30) } as const;
    await changeHolds(ledger, [{ webhookId: id, was: null, change }], now);
    expect((await findWebhook(ledger, id))?.breaker).toBe('open');
    await write(ledger, 'a', 4);
    expect((await release(ledger, after(29))).holds).toBe(0);

    const [probe, ...others] = (await release(ledger, after(30))).deliveries;
    expect(others).toEqual([]);
    expect(await findHold(ledger, id)).toMatchObject({ state: 'half_open', probe: probe?.id });
    expect((await findWebhook(ledger, id))?.breaker).toBe('half-open');
    expect((await release(ledger, after(31))).holds).toBe(0);
    expect((await release(ledger, after(30 + 45))).deliveries).toHaveLength(1); // it was lost
  });

  test('keeps to its pause when the delivery that tried comes back for its retry', async () => {
    const { ledger } = await setup();
    const webhookId = await register(ledger, 'a');
    await hold(ledger, webhookId, 'open', 1);
    await write(ledger, 'a', 2);
    const [tried] = (await release(ledger, now)).deliveries;
    expect(await findHold(ledger, webhookId)).toMatchObject({ probe: tried?.id });
    const change = { state: 'open' as const, allowance: 1, openings: 2, releaseAt: after(60) };
    await changeHolds(ledger, [{ webhookId, was: 'half_open', change }], after(1));
    await ledger.delivery.updateMany({
      where: { id: tried?.id ?? '' },
      data: { dueAt: after(5), dispatchAt: after(5) },
    });
    const claim = { now: after(6), leaseMs: 600_000, limit: 100 };
    expect(await claimDue(ledger, claim, async () => undefined)).toMatchObject({
      due: [],
      parked: 1,
    });
    expect(await findHold(ledger, webhookId)).toMatchObject({
      state: 'open',
      releaseAt: after(60),
    });
    expect((await release(ledger, after(30))).deliveries).toEqual([]);
    expect((await release(ledger, after(61))).deliveries).toHaveLength(1);
  });

  test('that is idle tries with the first delivery that comes', async () => {
    const { ledger } = await setup();
    const id = await register(ledger, 'a');
    await hold(ledger, id, 'open', 1);
    await release(ledger, now);
    expect(await findHold(ledger, id)).toMatchObject({ state: 'open', releaseAt: null });

    const [first] = await write(ledger, 'a', 1);
    expect(first).toMatchObject({ deliveryCount: 1, direct: [] });
    const queued: unknown[] = [];
    const claim = await claimDue(ledger, { now, leaseMs: 1_000, limit: 10 }, async (due) => {
      queued.push(...due);
    });
    expect([claim.parked, queued]).toEqual([1, []]);
    expect((await release(ledger, now)).deliveries).toHaveLength(1);
    expect(await findHold(ledger, id)).toMatchObject({ state: 'half_open' });
  });

  test('is changed only by one who saw it as it is', async () => {
    const { ledger } = await setup();
    const webhookId = await register(ledger, 'a');
    await hold(ledger, webhookId, 'half_open', 1);
    const change = { state: 'open', allowance: 1, openings: 2, releaseAt: after(60) } as const;
    expect(await changeHolds(ledger, [{ webhookId, was: 'pacing', change }], now)).toEqual([]);
    expect(await changeHolds(ledger, [{ webhookId, was: null, change }], now)).toEqual([]);
    expect(await changeHolds(ledger, [{ webhookId, was: 'half_open', change }], now)).toEqual([
      webhookId,
    ]);
    expect(await findHold(ledger, webhookId)).toMatchObject({ state: 'open', openings: 2 });
  });
});

describe('a rate limit', () => {
  test('holds its webhook from the registration on, idle while nothing waits', async () => {
    const { ledger } = await setup();
    const id = await register(ledger, 'a', 2);
    expect(await findHold(ledger, id)).toMatchObject({ state: 'pacing', releaseAt: null });
    await write(ledger, 'a', 20);
    await claimDue(ledger, { now, leaseMs: 1_000, limit: 100 }, async () => undefined);
    let count = 0;
    for (let tenth = 0; tenth < 40; tenth += 1) {
      count += (await release(ledger, after(tenth / 10))).deliveries.length;
    }
    expect(count).toBe(8);
  });

  test('that is taken away lets the rest go, and the hold with it', async () => {
    const { ledger } = await setup();
    const id = await register(ledger, 'a', 1);
    await write(ledger, 'a', 5);
    await claimDue(ledger, { now, leaseMs: 1_000, limit: 100 }, async () => undefined);
    expect((await release(ledger, now)).deliveries).toHaveLength(1);
    await updateWebhook(
      ledger,
      id,
      { rateLimit: null },
      { urlChanged: false, actor: 'owner', now },
    );
    expect((await release(ledger, after(0.1))).deliveries).toHaveLength(4);
    expect(await findHold(ledger, id)).toBeNull();
  });
});

describe("the dispatcher's claim", () => {
  test('leaves no webhook more than its share, and parks the rest', async () => {
    const { ledger } = await setup();
    const greedy = await register(ledger, 'a');
    const modest = await register(ledger, 'b');
    await write(ledger, 'a', 300, after(-60));
    await write(ledger, 'b', 10, after(-30));
    const queued: string[] = [];
    await releaseLeases(ledger);
    for (let pass = 0; pass < 4; pass += 1) {
      await claimDue(ledger, { now, leaseMs: 600_000, limit: 100 }, async (due) => {
        queued.push(...due.map(({ webhookId }) => webhookId));
      });
    }
    expect(queued.filter((id) => id === greedy)).toHaveLength(20);
    expect(queued.filter((id) => id === modest)).toHaveLength(10);
    expect(await parkedCount(ledger)).toBe(280);
    expect(await findHold(ledger, greedy)).toMatchObject({ state: 'pacing' });
  });
});
