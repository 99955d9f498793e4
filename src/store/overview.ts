import { firstIdAt } from '../domain/id.js';
import type { SqlRunner } from './ledger.js';

/** Most deliveries that are counted, or whose times are looked at: what lies beyond says nothing more. */
const ENOUGH = 10_000;

/** Milliseconds from enqueueing to delivered, of the latest deliveries since a time. */
export async function deliveryTimes(
  ledger: SqlRunner,
  since: Date,
  accountId?: string,
): Promise<{ p50: number | null; p95: number | null; p99: number | null }> {
  const [row] = await ledger.$queryRawUnsafe<{ quantiles: number[] | null }[]>(
    `SELECT percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY ms) AS quantiles FROM (
      SELECT extract(epoch FROM ended_at - created_at)::float8 * 1000 AS ms
      FROM posthorn.deliveries
      WHERE id >= $1::text AND status = 'delivered' AND ($2::text IS NULL OR account_id = $2::text)
      ORDER BY id DESC LIMIT ${ENOUGH}
    ) AS latest`,
    firstIdAt('dlv_', since),
    accountId ?? null,
  );
  const [p50 = null, p95 = null, p99 = null] = (row?.quantiles ?? []).map(Math.round);
  return { p50, p95, p99 };
}

/** How many deliveries are due and not queued, and since when the oldest is. */
export async function countDue(
  ledger: SqlRunner,
  now: Date,
  accountId?: string,
): Promise<{ count: number; oldest: Date | null }> {
  const [row] = await ledger.$queryRawUnsafe<{ count: number; oldest: Date | null }[]>(
    `SELECT count(*)::int AS count, min(dispatch_at) AS oldest FROM (
      SELECT dispatch_at FROM posthorn.deliveries
      WHERE dispatch_at <= $1::text::timestamptz AND ($2::text IS NULL OR account_id = $2::text)
      ORDER BY dispatch_at LIMIT ${ENOUGH}
    ) AS due`,
    now.toISOString(),
    accountId ?? null,
  );
  return row ?? { count: 0, oldest: null };
}

/** Webhooks by state, and the incidents that are open. */
export async function countStates(ledger: SqlRunner, accountId?: string) {
  const [row] = await ledger.$queryRawUnsafe<
    {
      active: number;
      failing: number;
      inactive: number;
      breakersOpen: number;
      openIncidents: number;
    }[]
  >(
    `SELECT
      count(*) FILTER (WHERE webhook.active)::int AS active,
      count(*) FILTER (WHERE webhook.active AND failing_since IS NOT NULL)::int AS failing,
      count(*) FILTER (WHERE NOT webhook.active)::int AS inactive,
      count(*) FILTER (WHERE hold.state IN ('open', 'half_open'))::int AS "breakersOpen",
      (SELECT count(*)::int FROM posthorn.incidents
        WHERE resolved_at IS NULL AND ($1::text IS NULL OR account_id = $1::text)) AS "openIncidents"
    FROM posthorn.webhooks AS webhook
    LEFT JOIN posthorn.holds AS hold ON hold.webhook_id = webhook.id
    WHERE $1::text IS NULL OR webhook.account_id = $1::text`,
    accountId ?? null,
  );
  return row ?? { active: 0, failing: 0, inactive: 0, breakersOpen: 0, openIncidents: 0 };
}
