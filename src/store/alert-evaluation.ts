import { METRICS, type Metric, type Resolution } from '../domain/alert-rule.js';
import { figures } from './alert-figures.js';
import { WANTS_TYPE } from './events.js';
import type { Prisma } from './generated/client.js';
import type { Ledger } from './ledger.js';

/** Some rules of one metric that are evaluated in one statement: those of these accounts and ids. */
export interface RulePage {
  readonly metric: Metric;
  /** The first of them: account and id. */
  readonly from: readonly [string, string];
  /** The last. */
  readonly to: readonly [string, string];
}

/** What an evaluation changed. */
export interface EvaluationCounts {
  readonly opened: number;
  readonly resolved: number;
  /** The first of them, up to a hundred. */
  readonly changed: readonly ChangedIncident[];
}

/** An incident that opened, or resolved. */
export interface ChangedIncident {
  readonly incidentId: string;
  readonly ruleId: string;
  readonly accountId: string;
  /** Null of a whole account. */
  readonly webhookId: string | null;
  /** Null where it opened. */
  readonly resolution: Resolution | null;
}

/** Pairs of a rule and a webhook in one statement, about; what a statement holds in memory grows with it. */
const PAGE_PAIRS = 500_000;

/** Serialises evaluations, and removals of rules with them; any number that nobody else uses. */
const EVALUATION_LOCK = 7_465_004;

/** How long one statement may take. */
const LIMIT_MS = 300_000;

/** The rules that are enabled, in pages of about the same work. A rule that is made meanwhile may be left out. */
export function readRulePages(ledger: Ledger): Promise<RulePage[]> {
  return ledger.$queryRaw<RulePage[]>`
    WITH size AS (
      SELECT account_id, count(*) AS webhooks FROM posthorn.webhooks WHERE active GROUP BY account_id
    ), weighed AS (
      SELECT metric, rule.account_id, rule.id,
        sum(CASE WHEN rule.webhook_id IS NULL THEN coalesce(webhooks, 0) ELSE 0 END + 100)
          OVER (PARTITION BY metric ORDER BY rule.account_id, rule.id) AS upto
      FROM posthorn.alert_rules AS rule LEFT JOIN size ON size.account_id = rule.account_id
      WHERE enabled
    )
    SELECT metric, min(ARRAY[account_id, id]) AS "from", max(ARRAY[account_id, id]) AS "to"
    FROM weighed GROUP BY metric, floor(upto / ${PAGE_PAIRS}) ORDER BY metric, 2`;
}

/**
 * Does work while nobody else evaluates or removes rules, in a transaction of its own.
 *
 * Its statements join large sets that PostgreSQL can't estimate. Taken for small, one would be gone through
 * for each row of the other, so it is kept from that; and compiling them takes longer than running them.
 */
export function aloneInAlerts<Result>(
  ledger: Ledger,
  work: (tx: Prisma.TransactionClient) => Promise<Result>,
): Promise<Result> {
  return ledger.$transaction(
    async (tx) => {
      await tx.$executeRawUnsafe('SET LOCAL enable_nestloop = off');
      await tx.$executeRawUnsafe('SET LOCAL jit = off');
      await tx.$queryRaw`SELECT pg_advisory_xact_lock(${EVALUATION_LOCK}::int)::text AS locked`;
      return work(tx);
    },
    { timeout: LIMIT_MS, maxWait: 10_000 },
  );
}

/**
 * Evaluates a page of rules in one statement: opens and resolves incidents, and notes the value of those that
 * stay. The rule is `judge` of the domain, in SQL. However many do so at the same time, an incident opens
 * once, by its unique index, and resolves once.
 */
export function evaluatePage(ledger: Ledger, page: RulePage, now: Date): Promise<EvaluationCounts> {
  return aloneInAlerts(ledger, async (tx) => {
    const [row] = await tx.$queryRawUnsafe<EvaluationCounts[]>(
      EVALUATE[page.metric],
      now.toISOString(),
      page.metric,
      ...page.from,
      ...page.to,
    );
    return row ?? NO_CHANGE;
  });
}

const NO_CHANGE: EvaluationCounts = { opened: 0, resolved: 0, changed: [] };

/** Incidents that are named one by one: where more change at once, their count says more. */
const MOST_NAMED = 100;

/** The first incidents of a set, as `ChangedIncident`. */
const FIRST_CHANGED = (incidents: string) => `
  coalesce((SELECT jsonb_agg(jsonb_build_object('incidentId', id, 'ruleId', rule_id,
    'accountId', account_id, 'webhookId', webhook_id, 'resolution', resolution))
    FROM (SELECT * FROM ${incidents} AS every_one LIMIT ${MOST_NAMED}) AS named), '[]')`;

/** True where `rule` looks at `webhook`, of the same account, whose tier and types it may name. */
export const COVERS = `
  (rule.webhook_id IS NULL OR rule.webhook_id = webhook.id)
  AND (rule.tier IS NULL OR rule.tier = webhook.tier)
  AND (rule.event_type IS NULL OR ${WANTS_TYPE.replaceAll('kind.type', 'rule.event_type')})`;

const EVALUATE = Object.fromEntries(
  METRICS.map((metric) => [metric, evaluation(metric)]),
) as Readonly<Record<Metric, string>>;

function evaluation(metric: Metric): string {
  const { ctes, one } = figures(metric);
  const isBeyond = (bound: string) =>
    `CASE comparison WHEN 'above' THEN value > ${bound} ELSE value < ${bound} END`;
  return `
  WITH now AS (SELECT $1::text::timestamptz AS at),
  summed AS (
    SELECT coalesce(max(to_timestamp(floor(extract(epoch FROM mark.at) / 3600) * 3600)), '-infinity')
      AS until
    FROM posthorn.marks AS mark WHERE name = 'rollup'
  ), rule AS (
    SELECT * FROM posthorn.alert_rules
    WHERE enabled AND metric = $2::text AND (account_id, id) >= ($3::text, $4::text)
      AND (account_id, id) <= ($5::text, $6::text)
  ), ${ctes}, sample AS (
    SELECT rule.id AS rule_id, rule.account_id, webhook.id AS subject, webhook.id AS webhook_id,
      comparison, threshold, resolve_at, minimum, attempts, ${one} AS value
    FROM rule JOIN figure AS webhook
      ON webhook.account_id = rule.account_id AND webhook.window_ms = rule.window_ms
    CROSS JOIN now
    WHERE NOT rule.whole_account AND ${COVERS}
    UNION ALL
    SELECT rule.id, rule.account_id, rule.account_id, NULL, comparison, threshold, resolve_at, minimum,
      attempts, value
    FROM rule JOIN total ON total.account_id = rule.account_id AND total.window_ms = rule.window_ms
    WHERE rule.whole_account
  ), open AS MATERIALIZED (
    SELECT id, rule_id, subject FROM posthorn.incidents
    WHERE resolved_at IS NULL AND rule_id IN (SELECT id FROM rule)
  ), judged AS MATERIALIZED (
    SELECT sample.*, open.id AS incident_id,
      NOT ${isBeyond('coalesce(resolve_at, threshold)')} AS back
    FROM sample LEFT JOIN open
      ON open.rule_id = sample.rule_id AND open.subject = sample.subject
    WHERE value IS NOT NULL AND attempts >= minimum
      AND (open.id IS NOT NULL OR ${isBeyond('threshold')})
  ), opened AS (
    INSERT INTO posthorn.incidents
      (id, account_id, rule_id, subject, webhook_id, opened_at, value, last_value)
    SELECT posthorn.sortable_id('inc_', now.at), account_id, rule_id, subject, webhook_id, now.at,
      value, value
    FROM judged CROSS JOIN now WHERE incident_id IS NULL
    ON CONFLICT (rule_id, subject) WHERE resolved_at IS NULL DO NOTHING
    RETURNING *
  ), looked AS (
    UPDATE posthorn.incidents AS incident SET
      last_value = judged.value,
      resolved_at = CASE WHEN back THEN now.at END,
      resolution = CASE WHEN back THEN 'recovered' END
    FROM judged CROSS JOIN now
    WHERE incident.id = judged.incident_id AND incident.resolved_at IS NULL
      AND (back OR incident.last_value <> judged.value)
    RETURNING incident.*
  ), resolved AS (
    SELECT * FROM looked WHERE resolved_at IS NOT NULL
  )
  SELECT (SELECT count(*) FROM opened)::int AS opened, (SELECT count(*) FROM resolved)::int AS resolved,
    ${FIRST_CHANGED('(SELECT * FROM opened UNION ALL SELECT * FROM resolved)')} AS changed`;
}

/**
 * Resolves the incidents whose rule is disabled or looks at their subject no more, and those whose webhook was
 * deactivated or deleted.
 */
export function resolveUncovered(ledger: Ledger, now: Date): Promise<EvaluationCounts> {
  return aloneInAlerts(ledger, async (tx) => {
    const at = now.toISOString();
    const [row] = await tx.$queryRawUnsafe<EvaluationCounts[]>(RESOLVE_UNCOVERED, at);
    return row ?? NO_CHANGE;
  });
}

const RESOLVE_UNCOVERED = `
  WITH ended AS (
    SELECT incident.id, CASE
      WHEN NOT rule.enabled THEN 'disabled'
      WHEN incident.webhook_id IS NULL THEN
        CASE WHEN NOT rule.whole_account OR NOT EXISTS (
          SELECT 1 FROM posthorn.webhooks AS own
          WHERE own.account_id = incident.account_id AND own.active) THEN 'uncovered' END
      WHEN webhook.id IS NULL THEN 'deleted'
      WHEN NOT webhook.active THEN 'deactivated'
      WHEN rule.whole_account OR NOT (${COVERS}) THEN 'uncovered' END AS resolution
    FROM posthorn.incidents AS incident
    JOIN posthorn.alert_rules AS rule ON rule.id = incident.rule_id
    LEFT JOIN posthorn.webhooks AS webhook ON webhook.id = incident.webhook_id
    WHERE incident.resolved_at IS NULL
  ), resolved AS (
    UPDATE posthorn.incidents AS incident
    SET resolved_at = $1::text::timestamptz, resolution = ended.resolution
    FROM ended
    WHERE incident.id = ended.id AND ended.resolution IS NOT NULL AND incident.resolved_at IS NULL
    RETURNING incident.*
  )
  SELECT 0 AS opened, (SELECT count(*) FROM resolved)::int AS resolved,
    ${FIRST_CHANGED('resolved')} AS changed`;
