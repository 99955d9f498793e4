import type { HoldState } from '../domain/hold.js';
import type { StoredOverrides } from '../domain/policy.js';
import type { Tier } from '../domain/tier.js';
import type { Ledger } from './ledger.js';

/** A webhook that is to be tested now. */
export interface DueProbe {
  readonly webhookId: string;
  /** Tests in a row that failed. */
  readonly count: number;
  /** False where Posthorn deactivated it. */
  readonly active: boolean;
  readonly accountId: string;
  readonly deactivatedAt: Date | null;
  readonly tier: Tier;
  readonly overrides: StoredOverrides;
  /** Null where it has no hold. */
  readonly hold: HoldState | null;
}

/** When webhooks are tested. */
export interface ProbeTimes {
  readonly now: Date;
  /** Time until the first test, and longest time between two, in milliseconds. */
  readonly intervalMs: number;
  readonly longestIntervalMs: number;
  /** How long after its deactivation a webhook is tested, in milliseconds. */
  readonly giveUpMs: number;
}

/** Webhooks in need: whose breaker has not closed for a first interval, or that Posthorn deactivated. */
const IN_NEED = `
  (webhook.active AND hold.state IN ('open', 'half_open')
    AND webhook.failing_since <= $1::text::timestamptz - $2::float8 * interval '1 ms')
  OR (NOT webhook.active AND webhook.deactivation_reason IN ('zombie', 'gone')
    AND webhook.deactivated_at > $1::text::timestamptz - $4::float8 * interval '1 ms')`;

/**
 * Makes sure that every webhook in need has a time for its next test, and forgets those that are well. One
 * that failed again before any delivery succeeded goes on where its intervals were.
 */
export async function enlistProbes(ledger: Ledger, times: ProbeTimes): Promise<void> {
  const { now, intervalMs, longestIntervalMs, giveUpMs } = times;
  const parameters = [now.toISOString(), intervalMs, longestIntervalMs, giveUpMs];
  await ledger.$executeRawUnsafe(ENLIST, ...parameters);
  await ledger.$executeRawUnsafe(FORGET, now.toISOString(), giveUpMs);
}

const ENLIST = `
  INSERT INTO posthorn.probes AS probe (webhook_id, due_at)
  SELECT webhook.id, CASE WHEN webhook.active THEN $1::text::timestamptz
    ELSE webhook.deactivated_at + $2::float8 * interval '1 ms' END
  FROM posthorn.webhooks AS webhook
  LEFT JOIN posthorn.holds AS hold ON hold.webhook_id = webhook.id
  WHERE (${IN_NEED}) AND NOT EXISTS (
    SELECT 1 FROM posthorn.probes AS known WHERE known.webhook_id = webhook.id AND known.due_at IS NOT NULL)
  ORDER BY webhook.id
  ON CONFLICT (webhook_id) DO UPDATE SET due_at = greatest(excluded.due_at, $1::text::timestamptz
    + least($3::float8, $2::float8 * power(2, least(probe.count, 30))) * interval '1 ms')
  WHERE probe.due_at IS NULL`;

const FORGET = `
  DELETE FROM posthorn.probes AS probe USING posthorn.webhooks AS webhook
  LEFT JOIN posthorn.holds AS hold ON hold.webhook_id = webhook.id
  WHERE webhook.id = probe.webhook_id AND CASE
    WHEN webhook.active THEN webhook.failing_since IS NULL
      OR (hold.state IS DISTINCT FROM 'open' AND hold.state IS DISTINCT FROM 'half_open'
        AND (probe.last_at IS NULL OR webhook.last_success > probe.last_at))
    ELSE webhook.deactivation_reason NOT IN ('zombie', 'gone')
      OR webhook.deactivated_at <= $1::text::timestamptz - $2::float8 * interval '1 ms' END`;

/** Takes webhooks that are to be tested: nobody else gets them for `leaseMs`. */
export function claimProbes(
  ledger: Ledger,
  options: { readonly limit: number; readonly now: Date; readonly leaseMs: number },
): Promise<DueProbe[]> {
  const { limit, now, leaseMs } = options;
  const until = new Date(now.getTime() + leaseMs).toISOString();
  return ledger.$queryRaw<DueProbe[]>`
    WITH due AS (
      SELECT webhook_id FROM posthorn.probes WHERE due_at <= ${now.toISOString()}::timestamptz
      ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ), claimed AS (
      UPDATE posthorn.probes AS probe SET due_at = ${until}::timestamptz
      FROM due WHERE probe.webhook_id = due.webhook_id
      RETURNING probe.webhook_id, probe.count
    )
    SELECT claimed.webhook_id AS "webhookId", claimed.count, webhook.active,
      webhook.account_id AS "accountId", webhook.deactivated_at AS "deactivatedAt", webhook.tier::text,
      webhook.overrides, hold.state::text AS hold
    FROM claimed JOIN posthorn.webhooks AS webhook ON webhook.id = claimed.webhook_id
    LEFT JOIN posthorn.holds AS hold ON hold.webhook_id = webhook.id`;
}

/** Writes what a test came to, and when the next one is; null for none. */
export async function recordProbe(
  ledger: Ledger,
  webhookId: string,
  probe: {
    readonly count: number;
    readonly dueAt: Date | null;
    readonly lastAt: Date;
    readonly lastOutcome: string;
    readonly lastStatusCode: number | null;
    readonly lastError: string | null;
  },
): Promise<void> {
  await ledger.probe.updateMany({ where: { webhookId }, data: probe });
}
