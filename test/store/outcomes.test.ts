import { describe, expect, test } from 'vitest';
import { newId } from '../../src/domain/id.js';
import { writeEvents } from '../../src/store/events.js';
import type { Ledger } from '../../src/store/ledger.js';
import { type OutcomeRow, writeOutcomes as write } from '../../src/store/outcomes.js';
import { insertWebhook } from '../../src/store/webhook-configuration.js';
import { findWebhook } from '../../src/store/webhooks.js';
import { freshOptions, openTestLedger } from '../support/posthorn.js';

const start = new Date('2026-11-23T12:00:00Z');

function at(seconds: number): string {
  return new Date(start.getTime() + seconds * 1_000).toISOString();
}

/** A ledger with webhooks and one pending delivery to each, for every event. */
async function setup(webhookCount: number, eventCount: number) {
  const { databaseUrl } = await freshOptions();
  const ledger = openTestLedger(String(databaseUrl));
  const webhookIds: string[] = [];
  for (let index = 0; index < webhookCount; index += 1) {
    const id = newId('wh_', start);
    webhookIds.push(id);
    await insertWebhook(
      ledger,
      { id, accountId: 'a', url: 'http://x', secrets: [] },
      { now: start, actor: 'owner' },
    );
  }
  const events = Array.from({ length: eventCount }, () => ({
    id: newId('evt_', start),
    accountId: 'a',
    type: 'x',
    payloadJson: '1',
    idempotencyKey: null,
  }));
  const written = await writeEvents(ledger, events, {
    now: start,
    dispatchAt: start,
    notify: false,
  });
  return { ledger, webhookIds, deliveries: written.flatMap((event) => event.direct) };
}

function outcome(
  delivery: { readonly id: string; readonly webhookId: string },
  finishedAt: string,
  overrides: Partial<OutcomeRow> = {},
): OutcomeRow {
  const ok = overrides.ok ?? true;
  return {
    attemptId: newId('att_', new Date(finishedAt)),
    deliveryId: delivery.id,
    webhookId: delivery.webhookId,
    number: 1,
    ok,
    gone: false,
    outcome: ok ? 'ok' : 'http_status',
    statusCode: ok ? 200 : 500,
    error: ok ? null : `failed at ${finishedAt}`,
    responseExcerpt: '',
    startedAt: finishedAt,
    finishedAt,
    durationMs: 7,
    status: ok ? 'delivered' : 'pending',
    dueAt: finishedAt,
    dispatchAt: ok ? null : at(60),
    endedAt: ok ? finishedAt : null,
    allowance: 20,
    ...overrides,
  };
}

/** Answers with the webhooks that the group deactivated. */
async function writeOutcomes(ledger: Ledger, outcomes: readonly OutcomeRow[]) {
  const standings = await write(ledger, outcomes, { breakerWindowMs: 60_000 });
  return standings.filter(({ deactivated }) => deactivated).map(({ webhookId }) => webhookId);
}

async function health(ledger: Ledger, id: string | undefined) {
  const webhook = await findWebhook(ledger, id ?? '');
  return {
    lastSuccess: webhook?.lastSuccess?.toISOString() ?? null,
    lastFailure: webhook?.lastFailure?.toISOString() ?? null,
    failingSince: webhook?.failingSince?.toISOString() ?? null,
    successCount: webhook?.successCount,
    failureCount: webhook?.failureCount,
    consecutiveFailures: webhook?.consecutiveFailures,
  };
}

describe('writeOutcomes', () => {
  test('changes a webhook once for a group: counts, last times, failures since the last success', async () => {
    const { ledger, webhookIds, deliveries } = await setup(1, 5);
    const [a, b, c, d, e] = deliveries as [never, never, never, never, never];
    await writeOutcomes(ledger, [
      outcome(a, at(1), { ok: false }),
      outcome(b, at(2)),
      outcome(c, at(4), { ok: false }),
      outcome(d, at(3), { ok: false }),
      outcome(e, at(5), { ok: false }),
    ]);
    expect(await health(ledger, webhookIds[0])).toEqual({
      lastSuccess: at(2),
      lastFailure: at(5),
      failingSince: at(3),
      successCount: 1,
      failureCount: 4,
      consecutiveFailures: 3,
    });
    expect((await findWebhook(ledger, webhookIds[0] ?? ''))?.lastError).toBe(`failed at ${at(5)}`);
  });

  test('adds up over groups, and a success sets the consecutive failures back', async () => {
    const { ledger, webhookIds, deliveries } = await setup(1, 4);
    const [a, b, c, d] = deliveries as [never, never, never, never];
    await writeOutcomes(ledger, [outcome(a, at(1), { ok: false })]);
    await writeOutcomes(ledger, [outcome(b, at(2), { ok: false })]);
    expect(await health(ledger, webhookIds[0])).toMatchObject({
      consecutiveFailures: 2,
      failingSince: at(1),
    });
    await writeOutcomes(ledger, [outcome(c, at(3))]);
    expect(await health(ledger, webhookIds[0])).toMatchObject({
      consecutiveFailures: 0,
      failingSince: null,
      failureCount: 2,
      successCount: 1,
    });
    await writeOutcomes(ledger, [outcome(d, at(2))]);
    expect((await health(ledger, webhookIds[0])).lastSuccess).toBe(at(3)); // never goes back
  });

  test('writing a group again changes nothing', async () => {
    const { ledger, webhookIds, deliveries } = await setup(1, 2);
    const [a, b] = deliveries as [never, never];
    const group = [outcome(a, at(1)), outcome(b, at(2), { ok: false })];
    await writeOutcomes(ledger, group);
    const before = await health(ledger, webhookIds[0]);
    await writeOutcomes(ledger, group);
    expect(await health(ledger, webhookIds[0])).toEqual(before);
    expect(await ledger.attempt.count()).toBe(2);
  });

  test('a delivery that ended keeps its end, and a success beats a failure of the same number', async () => {
    const { ledger, deliveries } = await setup(1, 1);
    const [a] = deliveries as [never];
    await writeOutcomes(ledger, [outcome(a, at(1), { ok: false })]);
    await writeOutcomes(ledger, [outcome(a, at(2))]); // a second worker had the same attempt
    await writeOutcomes(ledger, [outcome(a, at(3), { ok: false, number: 2 })]);
    const [delivery] = await ledger.delivery.findMany();
    expect(delivery).toMatchObject({ status: 'delivered', dispatchAt: null });
    expect(delivery?.endedAt?.toISOString()).toBe(at(2));
    expect(await ledger.attempt.count()).toBe(3);
  });

  test('takes whatever text an endpoint answered', async () => {
    const { ledger, deliveries } = await setup(1, 1);
    const [a] = deliveries as [never];
    const odd = { ok: false, error: 'nul \0', responseExcerpt: 'half \ud83d, "quoted" \\u0000' };
    await writeOutcomes(ledger, [outcome(a, at(1), odd)]);
    expect(await ledger.attempt.findFirst()).toMatchObject({
      error: 'nul \ufffd',
      responseExcerpt: 'half \ufffd, "quoted" \\u0000',
    });
  });

  test('a 410 deactivates the webhook once, and the delivery stays owed', async () => {
    const { ledger, webhookIds, deliveries } = await setup(1, 2);
    const [a, b] = deliveries as [never, never];
    const gone = { ok: false, gone: true, statusCode: 410, dispatchAt: null };
    expect(await writeOutcomes(ledger, [outcome(a, at(1), gone)])).toEqual(webhookIds);
    expect(await writeOutcomes(ledger, [outcome(b, at(9), gone)])).toEqual([]);
    const webhook = await findWebhook(ledger, webhookIds[0] ?? '');
    expect(webhook).toMatchObject({ active: false, deactivationReason: 'gone' });
    expect(webhook?.deactivatedAt?.toISOString()).toBe(at(1));
    expect(await ledger.delivery.count({ where: { status: 'pending' } })).toBe(2);
  });

  test('groups written at the same time over the same webhooks neither deadlock nor lose a count', async () => {
    const { ledger, webhookIds, deliveries } = await setup(8, 60);
    const groups = Array.from({ length: 12 }, (_, group) =>
      deliveries
        .filter((_delivery, index) => index % 12 === group)
        .map((delivery) => outcome(delivery, at(group)))
        .toSorted(() => (group % 2 === 0 ? 1 : -1)),
    );
    await Promise.all(groups.map((group) => writeOutcomes(ledger, group)));
    for (const id of webhookIds) {
      expect(await health(ledger, id)).toMatchObject({ successCount: 60, consecutiveFailures: 0 });
    }
    expect(await ledger.attempt.count()).toBe(480);
    expect(await ledger.delivery.count({ where: { status: 'delivered' } })).toBe(480);
  });

  test('of webhooks that had nothing for hours, days or years are written, too', async () => {
    const { ledger, deliveries } = await setup(1, 9);
    const hours = [0, 1, 2, 4, 8, 24, 24 * 7, 24 * 365, 24 * 730];
    for (const [index, delivery] of deliveries.entries()) {
      const finishedAt = at((hours[index] ?? 0) * 3_600);
      await writeOutcomes(ledger, [outcome(delivery, finishedAt, { ok: index % 4 !== 3 })]);
    }
    const row = await ledger.webhook.findFirstOrThrow();
    expect(row).toMatchObject({
      successCount: 7n,
      failureCount: 2n,
      recentSuccesses: 1,
      recentFailures: 0,
    });
  });
});
