import type { SqlRunner } from './ledger.js';

/** Most deliveries that are counted: what lies beyond says nothing more. */
const ENOUGH = 10_000;

/** How many deliveries are parked, up to 10,000, in the order of their index, so that nothing else is read. */
export async function countParked(ledger: SqlRunner): Promise<number> {
  const [row] = await ledger.$queryRawUnsafe<{ count: number }[]>(
    `SELECT count(*)::int AS count FROM (
      SELECT 1 FROM posthorn.deliveries
      WHERE dispatch_at IS NULL AND status = 'pending'
      ORDER BY webhook_id, due_at LIMIT ${ENOUGH}
    ) AS parked`,
  );
  return row?.count ?? 0;
}

/** Webhooks of all accounts by state. */
export interface WebhookCounts {
  readonly active: number;
  /** Of the active ones, those whose last attempt failed. */
  readonly failing: number;
  readonly inactive: number;
}

/** Counts the webhooks, which reads them all. */
export async function countWebhooksByState(ledger: SqlRunner): Promise<WebhookCounts> {
  const [row] = await ledger.$queryRawUnsafe<WebhookCounts[]>(
    `SELECT count(*) FILTER (WHERE active)::int AS active,
      count(*) FILTER (WHERE active AND failing_since IS NOT NULL)::int AS failing,
      count(*) FILTER (WHERE NOT active)::int AS inactive
    FROM posthorn.webhooks`,
  );
  return row ?? { active: 0, failing: 0, inactive: 0 };
}

/** Active webhooks whose breaker is not closed. */
export interface BreakerCounts {
  readonly open: number;
  readonly halfOpen: number;
}

/** Counts the breakers that are not closed. */
export async function countBreakers(ledger: SqlRunner): Promise<BreakerCounts> {
  const [row] = await ledger.$queryRawUnsafe<BreakerCounts[]>(
    `SELECT count(*) FILTER (WHERE state = 'open')::int AS open,
      count(*) FILTER (WHERE state = 'half_open')::int AS "halfOpen"
    FROM posthorn.holds JOIN posthorn.webhooks ON webhooks.id = holds.webhook_id AND active
    WHERE state <> 'pacing'`,
  );
  return row ?? { open: 0, halfOpen: 0 };
}
