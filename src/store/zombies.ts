import type { Tier } from '../domain/tier.js';
import type { SqlRunner } from './ledger.js';

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
  /** Milliseconds of quiet that each tier allows. */
  readonly thresholdsMs: Readonly<Record<Tier, number>>;
  /** How the thresholds are written for people, in the reason. */
  readonly thresholdNames: Readonly<Record<Tier, string>>;
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
    ...parameters(options),
  );
  return rows.map(toZombie);
}

/**
 * Deactivates every zombie in one statement and answers with them. Two sweeps at the same time deactivate
 * each webhook once: the second finds it inactive when it gets the row.
 */
export async function deactivateZombies(
  ledger: SqlRunner,
  options: SweepOptions,
): Promise<Zombie[]> {
  const rows = await ledger.$queryRawUnsafe<ZombieRow[]>(
    `${ZOMBIES}
    UPDATE posthorn.webhooks AS webhook SET
      active = false, deactivated_at = now.at, updated_at = now.at,
      deactivation_reason = 'zombie', deactivation_detail = zombie.detail
    FROM zombie, now
    WHERE webhook.id = zombie.id AND webhook.active AND webhook.failing_since IS NOT NULL
    RETURNING zombie.*`,
    ...parameters(options),
  );
  return rows.map(toZombie);
}

const ZOMBIES = `
  WITH now AS (SELECT $1::timestamptz AS at),
  allowed (tier, threshold, name) AS (
    VALUES ('critical'::posthorn.tier, $2::float8 * interval '1 ms', $5::text),
           ('standard'::posthorn.tier, $3::float8 * interval '1 ms', $6::text),
           ('low'::posthorn.tier, $4::float8 * interval '1 ms', $7::text)
  ), zombie AS (
    SELECT webhook.id, webhook.account_id, webhook.url, webhook.tier::text, webhook.last_success,
      greatest(webhook.last_success, webhook.active_since) AS quiet_since,
      webhook.consecutive_failures, webhook.last_error,
      format('no success for longer than %s (tier %s): %s failed attempts in a row, the last: %s',
        allowed.name, webhook.tier, webhook.consecutive_failures,
        coalesce(webhook.last_error, 'unknown')) AS detail
    FROM posthorn.webhooks AS webhook JOIN allowed ON allowed.tier = webhook.tier, now
    WHERE webhook.active AND webhook.failing_since IS NOT NULL
      AND greatest(webhook.last_success, webhook.active_since) < now.at - allowed.threshold
  )`;

function parameters({ now, thresholdsMs, thresholdNames }: SweepOptions): unknown[] {
  return [
    now.toISOString(),
    thresholdsMs.critical,
    thresholdsMs.standard,
    thresholdsMs.low,
    thresholdNames.critical,
    thresholdNames.standard,
    thresholdNames.low,
  ];
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
