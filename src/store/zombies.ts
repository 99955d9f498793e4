import type { Policies } from '../domain/policy.js';
import { TIERS, type Tier } from '../domain/tier.js';
import type { SqlRunner } from './ledger.js';
import { NOTICE_COLUMNS, WEBHOOK_DATA } from './notices.js';

/** A webhook that the zombie rule holds for. */
export interface Zombie {
  readonly id: string;
  readonly accountId: string;
  readonly url: string;
  readonly tier: Tier;
  readonly lastSuccess: Date | null;
  /** Since when it had no success that counts. */
  readonly quietSince: Date;
  readonly consecutiveFailures: number;
  readonly lastError: string | null;
  /** Why, in a sentence: what is recorded with the deactivation. */
  readonly detail: string;
}

export interface SweepOptions {
  readonly now: Date;
  readonly policies: Policies;
  /** Most webhooks, those first that have been quiet for longest; all where left out. */
  readonly limit?: number | undefined;
}

interface ZombieRow {
  readonly id: string;
  readonly account_id: string;
  readonly url: string;
  readonly tier: Tier;
  readonly last_success: Date | null;
  readonly quiet_since: Date;
  readonly consecutive_failures: number;
  readonly last_error: string | null;
  readonly detail: string;
}

/** The webhooks that a sweep would deactivate now. The rule is `isZombie` of the domain, in SQL. */
export async function findZombies(ledger: SqlRunner, options: SweepOptions): Promise<Zombie[]> {
  const rows = await ledger.$queryRawUnsafe<ZombieRow[]>(
    `${ZOMBIES} SELECT * FROM zombie ORDER BY quiet_since, id`,
    ...failingParameters(options),
    options.limit ?? null,
  );
  return rows.map(toZombie);
}

/**
 * Deactivates the zombies in one statement and answers with them. Two sweeps at the same time deactivate
 * each webhook once: the second finds it inactive when it gets the row.
 */
export async function deactivateZombies(
  ledger: SqlRunner,
  options: SweepOptions,
): Promise<Zombie[]> {
  const rows = await ledger.$queryRawUnsafe<ZombieRow[]>(
    `${ZOMBIES}, deactivated AS (
      UPDATE posthorn.webhooks AS webhook SET
        active = false, deactivated_at = now.at, updated_at = now.at,
        deactivation_reason = 'zombie', deactivation_detail = zombie.detail
      FROM zombie, now
      WHERE webhook.id = zombie.id AND webhook.active AND webhook.failing_since IS NOT NULL
      RETURNING zombie.*, ${WEBHOOK_DATA} AS data
    ), told AS (
      INSERT INTO posthorn.notices (${NOTICE_COLUMNS})
      SELECT posthorn.sortable_id('ntc_', now.at), account_id, deactivated.id, 'webhook.deactivated',
        now.at, 'posthorn', detail, data || '{"reason": "zombie"}'
      FROM deactivated, now
    )
    SELECT * FROM deactivated`,
    ...failingParameters(options),
    options.limit ?? null,
  );
  return rows.map(toZombie);
}

/** Milliseconds as settings write durations, in the largest unit that holds them whole; see `formatDuration`. */
export const durationText = (ms: string) => `
  CASE WHEN round(${ms})::bigint % 86400000 = 0 THEN round(${ms})::bigint / 86400000 || 'd'
    WHEN round(${ms})::bigint % 3600000 = 0 THEN round(${ms})::bigint / 3600000 || 'h'
    WHEN round(${ms})::bigint % 60000 = 0 THEN round(${ms})::bigint / 60000 || 'm'
    WHEN round(${ms})::bigint % 1000 = 0 THEN round(${ms})::bigint / 1000 || 's'
    ELSE round(${ms})::bigint || 'ms' END`;

/**
 * `failing`: the active webhooks that fail, each with the threshold of its policy and when that will have
 * passed. Its parameters are those of `failingParameters`.
 */
export const FAILING = `
  WITH now AS (SELECT $1::text::timestamptz AS at),
  allowed AS (
    SELECT * FROM json_to_recordset($2::text::json)
      AS allowed ("tier" posthorn.tier, "zombieAfterMs" float8, "warnAt" jsonb)
  ), failing AS (
    SELECT webhook.id, webhook.account_id, webhook.url, webhook.tier, webhook.last_success,
      webhook.failing_since, webhook.consecutive_failures, webhook.last_error,
      greatest(webhook.last_success, webhook.active_since) AS quiet_since,
      threshold.ms AS threshold_ms,
      greatest(webhook.last_success, webhook.active_since) + threshold.ms * interval '1 ms' AS ends_at,
      coalesce(webhook.overrides->'warnAt', allowed."warnAt") AS warn_at
    FROM posthorn.webhooks AS webhook
    JOIN allowed ON allowed."tier" = webhook.tier
    CROSS JOIN LATERAL (
      SELECT coalesce((webhook.overrides->>'zombieAfterMs')::float8, allowed."zombieAfterMs") AS ms
    ) AS threshold
    WHERE webhook.active AND webhook.failing_since IS NOT NULL
  )`;

const ZOMBIES = `${FAILING}, zombie AS (
    SELECT id, account_id, url, tier::text, last_success, quiet_since, consecutive_failures, last_error,
      format('no success for longer than %s (tier %s): %s failed attempts in a row, the last: %s',
        ${durationText('threshold_ms')}, tier, consecutive_failures,
        coalesce(last_error, 'unknown')) AS detail
    FROM failing, now WHERE ends_at < now.at ORDER BY quiet_since, id LIMIT $3::int
  )`;

/** @param rule what decides on zombies */
export function failingParameters({ now, policies }: SweepOptions): [string, string] {
  const allowed = TIERS.map((tier) => {
    const { zombieAfterMs, warnAt } = policies[tier];
    return { tier, zombieAfterMs, warnAt };
  });
  return [now.toISOString(), JSON.stringify(allowed)];
}

function toZombie(row: ZombieRow): Zombie {
  return {
    id: row.id,
    accountId: row.account_id,
    url: row.url,
    tier: row.tier,
    lastSuccess: row.last_success,
    quietSince: row.quiet_since,
    consecutiveFailures: row.consecutive_failures,
    lastError: row.last_error,
    detail: row.detail,
  };
}
