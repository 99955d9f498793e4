import { expect } from 'vitest';
import { CONCURRENCY, type StormRecord } from './storm.js';
import { ENDPOINTS, type Endpoint } from './storm-receiver.js';

interface DeliveryRow {
  readonly event_id: string;
  readonly status: string;
  readonly attempt_count: number;
  /** Attempts in the ledger that were answered at all, and that were answered with success. */
  readonly answered: number;
  readonly successes: number;
  /** Attempts that ended without a whole answer, though the receiver may have given one. */
  readonly unanswered: number;
}

/** Checks that nothing was lost in a storm, and that no more was done than what is promised. */
export async function auditStorm(record: StormRecord): Promise<void> {
  const { produced, webhookIds, postgres, receiver, struck, posthorn } = record;

  // Every accepted event is in the ledger once, and nothing that was rolled back.
  const keys = produced.accepted.map(({ key }) => key);
  const known = await postgres.query<{ id: string; idempotency_key: string }>(
    'SELECT id, idempotency_key FROM posthorn.events',
  );
  expect(known.map((row) => row.idempotency_key).sort()).toEqual(keys.sort());
  const idOf = new Map(known.map((row) => [row.idempotency_key, row.id]));
  for (const { id, key } of produced.accepted) expect(idOf.get(key)).toBe(id);

  let again = 0;
  let unrecorded = 0;
  for (const endpoint of ENDPOINTS) {
    const wanted = produced.accepted.filter(({ type }) => endpoint !== 'dead' || type === 'rare');
    const rows = await readDeliveries(record, endpoint);

    // Each event has its delivery, and each delivery its end.
    expect(rows.map((row) => row.event_id).sort()).toEqual(wanted.map(({ id }) => id).sort());
    const end = endpoint === 'dead' ? 'exhausted' : 'delivered';
    expect(rows.filter(({ status }) => status !== end)).toEqual([]);

    // What the ledger says of the answers, the receivers gave.
    for (const row of rows) {
      const tally = receiver.tally(endpoint, row.event_id);
      expect(row.successes).toBeLessThanOrEqual(tally.successes);
      expect(row.answered).toBeLessThanOrEqual(tally.requests);
      if (end === 'delivered') expect(row.successes).toBeGreaterThan(0);
      again += Math.max(0, tally.successes - 1 - row.unanswered);
      unrecorded += Math.max(0, tally.successes - row.successes - row.unanswered);
    }
    const { successCount, failureCount, lastSuccess } = await posthorn.webhooks.get(
      webhookIds.get(endpoint) ?? '',
    );
    const [counted] = await postgres.query<{ ok: string; failed: string }>(
      `SELECT count(*) FILTER (WHERE outcome = 'ok') AS ok, count(*) FILTER (WHERE outcome <> 'ok') AS failed
       FROM posthorn.attempts WHERE webhook_id = $1`,
      [webhookIds.get(endpoint)],
    );
    expect({ successCount, failureCount }).toEqual({
      successCount: Number(counted?.ok),
      failureCount: Number(counted?.failed),
    });
    expect(lastSuccess === null).toBe(endpoint === 'dead');
  }
  expect(receiver.forged()).toBe(0);

  // Duplicates and successes that were not recorded: at most what was in flight where a fault struck, and
  // what a machine under load kept from renewing its lock.
  const workersHit = struck.reduce((sum, fault) => sum + fault.workersHit, 0);
  const bound = workersHit * CONCURRENCY + record.stalled;
  expect(again).toBeLessThanOrEqual(bound);
  expect(unrecorded).toBeLessThanOrEqual(bound);

  const { findings } = await posthorn.reconciliation.run({ sinceMs: 3_600_000, dryRun: true });
  expect(findings.filter(({ found }) => found > 0)).toEqual([]);
  expect(record.leaked).toEqual([]);
  process.stdout.write(
    `${struck.length} faults, ${keys.length} events, ${again} deliveries made again, ${unrecorded} successes not recorded, ${record.stalled} jobs taken up from workers that stood still\n`,
  );
}

function readDeliveries(record: StormRecord, endpoint: Endpoint): Promise<DeliveryRow[]> {
  return record.postgres.query<DeliveryRow>(
    `SELECT delivery.event_id, delivery.status::text, delivery.attempt_count,
       count(*) FILTER (WHERE attempt.status_code IS NOT NULL)::int AS answered,
       count(*) FILTER (WHERE attempt.outcome = 'ok')::int AS successes,
       count(*) FILTER (WHERE attempt.outcome NOT IN ('ok', 'http_status'))::int AS unanswered
     FROM posthorn.deliveries AS delivery
     LEFT JOIN posthorn.attempts AS attempt ON attempt.delivery_id = delivery.id
     WHERE delivery.webhook_id = $1 GROUP BY delivery.id`,
    [record.webhookIds.get(endpoint)],
  );
}
