import type { HoldState } from '../domain/hold.js';
import { SPANS } from '../domain/stats.js';
import type { Tier } from '../domain/tier.js';
import type { SqlRunner } from './ledger.js';

/** A webhook that fails or failed lately. */
export interface WorstWebhook {
  readonly webhookId: string;
  readonly accountId: string;
  readonly url: string;
  readonly tier: Tier;
  readonly active: boolean;
  readonly holdState: HoldState | null;
  readonly attempts: number;
  readonly failures: number;
  readonly consecutiveFailures: number;
  readonly failingSince: Date | null;
  readonly lastSuccess: Date | null;
  readonly lastError: string | null;
  readonly activeSince: Date;
  /** The threshold of its own in place of its tier's. */
  readonly zombieAfterMs: number | null;
  /** Its pending deliveries, up to 1,000. */
  readonly owed: number;
}

/**
 * The ten webhooks that are worst: those that fail now before those that failed since a time, each with the
 * most failures first.
 */
export function worstWebhooks(
  ledger: SqlRunner,
  from: Date,
  accountId?: string,
): Promise<WorstWebhook[]> {
  return ledger.$queryRawUnsafe<WorstWebhook[]>(
    worst(accountId),
    SPANS.fiveMinutes,
    from.toISOString(),
    accountId ?? null,
  );
}

/**
 * The condition of one account's webhooks, or of all: `$3` is the account, or null. In the form that it has for
 * an account PostgreSQL reads of that one's webhooks alone.
 */
function ofAccount(accountId: string | undefined): string {
  return accountId === undefined
    ? '$3::text IS NULL'
    : 'webhook_id IN (SELECT id FROM posthorn.webhooks WHERE account_id = $3::text)';
}

const worst = (accountId: string | undefined) => `
  WITH failed AS (
    SELECT webhook_id, sum(failures)::float8 AS failures FROM posthorn.webhook_stats
    WHERE span = $1::int AND start >= $2::text::timestamptz AND failures > 0 AND ${ofAccount(accountId)}
    GROUP BY webhook_id
  ), failing AS (
    SELECT id AS webhook_id FROM posthorn.webhooks
    WHERE active AND failing_since IS NOT NULL AND ($3::text IS NULL OR account_id = $3::text)
    ORDER BY failing_since LIMIT 1000
  ), worst AS (
    SELECT webhook.*, coalesce(failed.failures, 0) AS failures
    FROM failed FULL JOIN failing USING (webhook_id)
    JOIN posthorn.webhooks AS webhook ON webhook.id = webhook_id
    ORDER BY (webhook.active AND webhook.failing_since IS NOT NULL) DESC, failures DESC, webhook.id
    LIMIT 10
  )
  SELECT worst.id AS "webhookId", account_id AS "accountId", url, tier::text, active,
    hold.state::text AS "holdState", failures,
    (SELECT coalesce(sum(successes + stats.failures), 0)::float8 FROM posthorn.webhook_stats AS stats
      WHERE stats.webhook_id = worst.id AND span = $1::int AND start >= $2::text::timestamptz
    ) AS attempts,
    consecutive_failures AS "consecutiveFailures", failing_since AS "failingSince",
    last_success AS "lastSuccess", last_error AS "lastError", active_since AS "activeSince",
    (overrides->>'zombieAfterMs')::float8 AS "zombieAfterMs",
    (SELECT count(*)::int FROM (
      SELECT 1 FROM posthorn.deliveries AS delivery
      WHERE delivery.webhook_id = worst.id AND status = 'pending' LIMIT 1000
    ) AS pending) AS owed
  FROM worst LEFT JOIN posthorn.holds AS hold ON hold.webhook_id = worst.id
  ORDER BY (active AND failing_since IS NOT NULL) DESC, failures DESC, worst.id`;
