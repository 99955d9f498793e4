import type { Comparison, Metric, Resolution } from '../domain/alert-rule.js';
import type { QuietHours } from '../domain/alert-telling.js';
import type { Prisma } from './generated/client.js';
import type { SqlRunner } from './ledger.js';

/** An incident of which something is to be told, with all that decides on it and all that it says. */
export interface UntoldIncident {
  readonly id: string;
  readonly accountId: string;
  readonly webhookId: string | null;
  readonly lastValue: number;
  readonly value: number;
  /** Null for its opening. */
  readonly resolution: Resolution | null;
  /** When the last incident of the same rule and subject that was told resolved. */
  readonly lastEnd: Date | null;
  readonly quietHours: QuietHours | null;
  readonly cooldownMs: number;
  readonly ruleId: string;
  readonly ruleName: string;
  readonly metric: Metric;
  readonly comparison: Comparison;
  readonly threshold: number;
  readonly windowMs: number;
  readonly channelIds: readonly string[];
  /** The webhook's; null of a whole account, and of a webhook that was deleted. */
  readonly url: string | null;
}

/**
 * Locks the next incidents whose opening, or whose end, was not told, in the order of their ids. Those that
 * somebody else tells of at the same time are left out. One that somebody looks after, and one that resolved
 * before its opening was told, are told of no more.
 */
export function lockUntold(
  tx: SqlRunner,
  options: { readonly after: string; readonly limit: number },
): Promise<UntoldIncident[]> {
  return tx.$queryRawUnsafe<UntoldIncident[]>(
    `${UNTOLD}
    WHERE incident.id > $1::text AND incident.acknowledged_at IS NULL AND incident.told_at IS NULL
        AND incident.resolved_at IS NULL
      OR incident.id > $1::text AND incident.told_at IS NOT NULL AND incident.resolved_at IS NOT NULL
        AND incident.end_told_at IS NULL
    ORDER BY incident.id LIMIT $2::int FOR UPDATE OF incident SKIP LOCKED`,
    options.after,
    options.limit,
  );
}

/** Locks the next open incidents of a rule whose opening was told. */
export function lockTold(
  tx: SqlRunner,
  options: { readonly ruleId: string; readonly after: string; readonly limit: number },
): Promise<UntoldIncident[]> {
  return tx.$queryRawUnsafe<UntoldIncident[]>(
    `${UNTOLD}
    WHERE incident.rule_id = $1::text AND incident.id > $2::text AND incident.told_at IS NOT NULL
      AND incident.end_told_at IS NULL
    ORDER BY incident.id LIMIT $3::int FOR UPDATE OF incident`,
    options.ruleId,
    options.after,
    options.limit,
  );
}

const UNTOLD = `
  SELECT incident.id, incident.account_id AS "accountId", incident.webhook_id AS "webhookId",
    incident.value, incident.last_value AS "lastValue", incident.resolution,
    (
      SELECT max(earlier.resolved_at) FROM posthorn.incidents AS earlier
      WHERE earlier.rule_id = incident.rule_id AND earlier.subject = incident.subject
        AND earlier.told_at IS NOT NULL
    ) AS "lastEnd",
    CASE WHEN rule.quiet_from IS NOT NULL THEN jsonb_build_object(
      'from', rule.quiet_from, 'to', rule.quiet_to, 'timeZone', rule.time_zone) END AS "quietHours",
    rule.cooldown_ms::float8 AS "cooldownMs", rule.id AS "ruleId", rule.name AS "ruleName", rule.metric,
    rule.comparison, rule.threshold, rule.window_ms::float8 AS "windowMs",
    rule.channel_ids AS "channelIds", webhook.url
  FROM posthorn.incidents AS incident
  JOIN posthorn.alert_rules AS rule ON rule.id = incident.rule_id
  LEFT JOIN posthorn.webhooks AS webhook ON webhook.id = incident.webhook_id`;

/** Notes that the openings, and the ends, of incidents were told. */
export async function markTold(
  tx: Prisma.TransactionClient,
  incidents: readonly UntoldIncident[],
  now: Date,
): Promise<void> {
  const ids = (isEnd: boolean) =>
    incidents.filter(({ resolution }) => (resolution !== null) === isEnd).map(({ id }) => id);
  await tx.incident.updateMany({ where: { id: { in: ids(false) } }, data: { toldAt: now } });
  await tx.incident.updateMany({ where: { id: { in: ids(true) } }, data: { endToldAt: now } });
}
