import type { Policies } from '../domain/policy.js';
import { TIERS } from '../domain/tier.js';
import type { Ledger, SqlRunner } from './ledger.js';

/** Rows read from a partition at once. */
const PAGE = 2_000;

/** The rows of a partition as JSON, in the order of their ids. */
export async function* partitionRows(ledger: Ledger, name: string): AsyncGenerator<string> {
  for (let after = ''; ; ) {
    // The name is made of a table's name and a date alone.
    const rows = await ledger.$queryRawUnsafe<{ id: string; line: string }[]>(
      `SELECT id, row_to_json(part)::text AS line FROM posthorn.${name} AS part
       WHERE id > $1::text ORDER BY id LIMIT ${PAGE}`,
      after,
    );
    for (const { line } of rows) yield line;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.id;
  }
}

/** What a partition holds, so that a change since shows: attempts and events only ever come. */
export async function checksOf(
  runner: SqlRunner,
  name: string,
): Promise<Readonly<Record<string, string>>> {
  const changing = name.startsWith('deliveries')
    ? `, count(*) FILTER (WHERE status = 'pending') AS pending,
       coalesce(sum(attempt_count), 0) AS attempts, max(ended_at)::text AS ended`
    : '';
  const [row] = await runner.$queryRawUnsafe<Record<string, unknown>[]>(
    `SELECT count(*) AS rows${changing} FROM posthorn.${name}`,
  );
  return Object.fromEntries(Object.entries(row ?? {}).map(([key, value]) => [key, String(value)]));
}

/** Writes archived rows back into their table; those that are there stay. @returns how many were written */
export function writeArchivedRows(
  ledger: Ledger,
  table: string,
  lines: readonly string[],
): Promise<number> {
  return ledger.$executeRawUnsafe(
    `INSERT INTO posthorn.${table}
     SELECT row.* FROM json_populate_recordset(NULL::posthorn.${table}, $1::text::json) AS row
     ON CONFLICT (id) DO NOTHING`,
    `[${lines.join(',')}]`,
  );
}

/**
 * How long a day is kept: the longest retention of the webhooks that had deliveries or attempts on it, in
 * milliseconds. A webhook that was deleted counts as one of the tier standard.
 */
export async function retentionOfDay(
  ledger: Ledger,
  partitions: readonly string[],
  policies: Policies,
): Promise<number> {
  const tiers = JSON.stringify(TIERS.map((tier) => ({ tier, ms: policies[tier].retentionMs })));
  const seen = partitions
    .filter((name) => !name.startsWith('events'))
    .map((name) => `SELECT DISTINCT webhook_id FROM posthorn.${name}`);
  if (seen.length === 0) return policies.standard.retentionMs;
  const [row] = await ledger.$queryRawUnsafe<{ ms: number | null }[]>(
    `SELECT max(coalesce((webhook.overrides->>'retentionMs')::float8, tier.ms)) AS ms
     FROM (${seen.join(' UNION ')}) AS seen
     LEFT JOIN posthorn.webhooks AS webhook ON webhook.id = seen.webhook_id
     JOIN json_to_recordset($1::text::json) AS tier (tier text, ms float8)
       ON tier.tier = coalesce(webhook.tier::text, 'standard')`,
    tiers,
  );
  return row?.ms ?? policies.standard.retentionMs;
}

/** The shortest and the longest retention that any webhook can have, in milliseconds. */
export async function retentionBounds(
  ledger: Ledger,
  policies: Policies,
): Promise<{ readonly shortestMs: number; readonly longestMs: number }> {
  const [row] = await ledger.$queryRaw<{ least: number | null; most: number | null }[]>`
    SELECT min((overrides->>'retentionMs')::float8) AS least,
      max((overrides->>'retentionMs')::float8) AS most
    FROM posthorn.webhooks WHERE overrides ? 'retentionMs'`;
  const all = TIERS.map((tier) => policies[tier].retentionMs);
  return {
    shortestMs: Math.min(...all, row?.least ?? Number.POSITIVE_INFINITY),
    longestMs: Math.max(...all, row?.most ?? 0),
  };
}

/** Takes a lease on a name until a time; false where somebody has it. */
export async function takeLease(
  ledger: Ledger,
  name: string,
  options: { readonly now: Date; readonly until: Date },
): Promise<boolean> {
  const rows = await ledger.$queryRaw<unknown[]>`
    INSERT INTO posthorn.marks AS mark (name, at) VALUES (${name}, ${options.until.toISOString()}::timestamptz)
    ON CONFLICT (name) DO UPDATE SET at = excluded.at
    WHERE mark.at <= ${options.now.toISOString()}::timestamptz
    RETURNING name`;
  return rows.length > 0;
}

/** Moves the end of a lease that one has; a time that has come gives it back. */
export async function moveLease(ledger: Ledger, name: string, until: Date): Promise<void> {
  await ledger.mark.updateMany({ where: { name }, data: { at: until } });
}

/** The marks whose names begin with a prefix. */
export function listMarks(ledger: Ledger, prefix: string): Promise<{ name: string; at: Date }[]> {
  return ledger.mark.findMany({ where: { name: { startsWith: prefix } } });
}
