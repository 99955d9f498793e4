import type { Tier } from '../domain/tier.js';
import type { SqlRunner } from './ledger.js';
import { FAILING, failingParameters, type SweepOptions } from './zombies.js';

/** A failing webhook that will be deactivated, if it does not succeed before. */
export interface WebhookAtRisk {
  readonly id: string;
  readonly accountId: string;
  readonly url: string;
  readonly tier: Tier;
  readonly lastSuccess: Date | null;
  /** Since when it had no success that counts. */
  readonly quietSince: Date;
  readonly failingSince: Date;
  readonly consecutiveFailures: number;
  readonly lastError: string | null;
  /** When its threshold has passed; the next sweep after that deactivates it. */
  readonly deactivatesAt: Date;
  /** Milliseconds until then; 0 for a zombie. */
  readonly timeLeftMs: number;
  readonly zombie: boolean;
  /** Why, in a sentence. */
  readonly detail: string;
}

export interface AtRiskRequest {
  readonly accountId?: string | undefined;
  /**
   * Those whose threshold will have passed in so many milliseconds; those past half of it, or in their last
   * day, where left out.
   */
  readonly withinMs?: number | undefined;
  /** Begins after this one of the page before. */
  readonly after?: Pick<WebhookAtRisk, 'id' | 'deactivatesAt'> | undefined;
  readonly take: number;
}

/** The webhooks at risk, those with the least time left first. */
export async function listAtRisk(
  ledger: SqlRunner,
  rule: SweepOptions,
  request: AtRiskRequest,
): Promise<WebhookAtRisk[]> {
  const { accountId, withinMs, after, take } = request;
  const rows = await ledger.$queryRawUnsafe<WebhookAtRisk[]>(
    LIST,
    ...failingParameters(rule),
    accountId ?? null,
    withinMs ?? null,
    after?.deactivatesAt.toISOString() ?? null,
    after?.id ?? null,
    take,
  );
  return rows;
}

const LIST = `${FAILING}
  SELECT id, account_id AS "accountId", url, tier::text, last_success AS "lastSuccess",
    quiet_since AS "quietSince", failing_since AS "failingSince",
    consecutive_failures AS "consecutiveFailures", last_error AS "lastError",
    ends_at AS "deactivatesAt", ends_at < now.at AS zombie,
    greatest(0, extract(epoch FROM ends_at - now.at) * 1000)::float8 AS "timeLeftMs",
    format('no success since %s: %s failed attempts in a row, the last: %s',
      to_char(quiet_since AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'), consecutive_failures,
      coalesce(last_error, 'unknown')) AS detail
  FROM failing, now
  WHERE ($3::text IS NULL OR account_id = $3::text)
    AND CASE WHEN $4::float8 IS NULL
      THEN ends_at - now.at <= greatest(threshold_ms / 2, least(threshold_ms, 86400000)) * interval '1 ms'
      ELSE ends_at - now.at <= $4::float8 * interval '1 ms' END
    AND ($5::text IS NULL OR (ends_at, id) > ($5::text::timestamptz, $6::text))
  ORDER BY ends_at, id LIMIT $7::int`;
