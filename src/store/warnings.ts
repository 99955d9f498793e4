import type { Ledger } from './ledger.js';
import { durationText, FAILING, failingParameters, type SweepOptions } from './zombies.js';

/** A warning that was written. */
export interface Warning {
  readonly webhookId: string;
  readonly accountId: string;
  readonly deactivatesAt: Date;
}

/**
 * Writes a notice for each failing webhook whose next warning has fallen due, in one statement.
 *
 * A warning is told once for the time since its last success, by its key, whoever else warns at the same
 * time. Of several that fell due since the last run, as after a day without a scheduler, the latest is told:
 * it says all that the others would.
 */
export function writeWarnings(ledger: Ledger, rule: SweepOptions): Promise<Warning[]> {
  return ledger.$queryRawUnsafe<Warning[]>(WRITE, ...failingParameters(rule));
}

const WRITE = `${FAILING}, due AS (
    SELECT failing.*, warning.label, warning.at
    FROM failing, now, LATERAL (
      SELECT
        CASE WHEN time ? 'share' THEN round((time->>'share')::numeric * 100, 2)::float8 || '%'
          ELSE ${durationText("(time->>'beforeMs')::float8")} END AS label,
        quiet_since + interval '1 ms' * CASE WHEN time ? 'share'
          THEN threshold_ms * (time->>'share')::float8
          ELSE greatest(0, threshold_ms - (time->>'beforeMs')::float8) END AS at
      FROM jsonb_array_elements(failing.warn_at) AS time
    ) AS warning
    WHERE warning.at <= now.at
      AND NOT EXISTS (
        -- A later one was told already, so this one would only repeat it.
        SELECT 1 FROM posthorn.notices AS told
        WHERE told.webhook_id = failing.id AND told.type = 'webhook.warned'
          AND told.at >= warning.at AND told.at >= failing.quiet_since)
  ), latest AS (
    SELECT DISTINCT ON (id) * FROM due ORDER BY id, at DESC, label
  ), written AS (
    INSERT INTO posthorn.notices (id, account_id, webhook_id, type, at, actor, detail, data, key)
    SELECT posthorn.sortable_id('ntc_', now.at), account_id, latest.id, 'webhook.warned', now.at,
      'posthorn',
      format('no success since %s, so it is deactivated after %s if it does not succeed before',
        to_char(quiet_since AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'),
        to_char(ends_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')),
      jsonb_build_object('url', url, 'tier', tier, 'warning', label, 'deactivatesAt', ends_at,
        'lastSuccess', last_success, 'failingSince', failing_since,
        'consecutiveFailures', consecutive_failures, 'lastError', last_error),
      'warned:' || latest.id || ':' || floor(extract(epoch FROM quiet_since) * 1000) || ':' || label
    FROM latest, now
    ON CONFLICT (key) DO NOTHING
    RETURNING webhook_id
  )
  SELECT latest.id AS "webhookId", account_id AS "accountId", ends_at AS "deactivatesAt"
  FROM latest JOIN written ON written.webhook_id = latest.id`;
