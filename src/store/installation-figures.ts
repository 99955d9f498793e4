import type { SqlRunner } from './ledger.js';

/** Most deliveries that are counted: what lies beyond says nothing more. */
const ENOUGH = 10_000;

/** How many deliveries are parked, up to 10,000. */
export async function countParked(ledger: SqlRunner): Promise<number> {
  const [row] = await ledger.$queryRawUnsafe<{ count: number }[]>(
    `SELECT count(*)::int AS count FROM (
      SELECT 1 FROM posthorn.deliveries
      WHERE dispatch_at IS NULL AND status = 'pending' LIMIT ${ENOUGH}
    ) AS parked`,
  );
  return row?.count ?? 0;
}

/** Webhooks by state, and the active ones whose breaker is not closed. */
export interface WebhookCounts {
  readonly active: number;
  /** Of the active ones, those whose last attempt failed. */
  readonly failing: number;
  readonly inactive: number;
  readonly open: number;
  readonly halfOpen: number;
}

/** Counts the webhooks of all accounts. */
export async function countWebhooks(ledger: SqlRunner): Promise<WebhookCounts> {
  const [row] = await ledger.$queryRawUnsafe<WebhookCounts[]>(
    `SELECT * FROM (
      SELECT count(*) FILTER (WHERE active)::int AS active,
        count(*) FILTER (WHERE active AND failing_since IS NOT NULL)::int AS failing,
        count(*) FILTER (WHERE NOT active)::int AS inactive
      FROM posthorn.webhooks
    ) AS webhook, (
      SELECT count(*) FILTER (WHERE state = 'open')::int AS open,
        count(*) FILTER (WHERE state = 'half_open')::int AS "halfOpen"
      FROM posthorn.holds JOIN posthorn.webhooks ON webhooks.id = holds.webhook_id AND active
    ) AS breaker`,
  );
  return row ?? { active: 0, failing: 0, inactive: 0, open: 0, halfOpen: 0 };
}
