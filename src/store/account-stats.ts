import { SPANS } from '../domain/stats.js';
import type { Ledger, SqlRunner } from './ledger.js';
import { addedUp, COUNTS, type SpanCounts, toCounts } from './stats.js';

/** What stands for every account: no account has this id. */
const EVERY_ACCOUNT = '';

/**
 * Sums the counts of five minutes of some time up, over the webhooks of each account and over all of them, in
 * place of what was summed up of it before.
 */
export async function sumUpAccounts(runner: SqlRunner, from: Date, to: Date): Promise<void> {
  const times = [from.toISOString(), to.toISOString()];
  await runner.$queryRawUnsafe(CLEAR, ...times);
  await runner.$queryRawUnsafe(OF_EACH, ...times, SPANS.fiveMinutes);
  await runner.$queryRawUnsafe(OF_ALL, ...times);
}

/** The counts of five minutes since a time, of an account or of all, oldest first. */
export async function readAccountStats(
  ledger: Ledger,
  from: Date,
  accountId: string = EVERY_ACCOUNT,
): Promise<SpanCounts[]> {
  const rows = await ledger.accountStats.findMany({
    where: { accountId, start: { gte: from } },
    orderBy: { start: 'asc' },
  });
  return rows.map((row) => toCounts({ ...row, span: SPANS.fiveMinutes }));
}

/** Forgets sums of what began before a time. */
export function deleteAccountStats(ledger: Ledger, before: Date): Promise<number> {
  return ledger.$executeRaw`
    DELETE FROM posthorn.account_stats WHERE start < ${before.toISOString()}::timestamptz`;
}

const BETWEEN = 'start >= $1::text::timestamptz AND start < $2::text::timestamptz';

const CLEAR = `DELETE FROM posthorn.account_stats WHERE ${BETWEEN}`;

const OF_EACH = `
  INSERT INTO posthorn.account_stats (account_id, start, ${COUNTS})
  ${addedUp(`
    SELECT account_id AS key, start, ${COUNTS} FROM posthorn.webhook_stats
    JOIN posthorn.webhooks AS webhook ON webhook.id = webhook_id
    WHERE span = $3::int AND ${BETWEEN}`)}`;

const OF_ALL = `
  INSERT INTO posthorn.account_stats (account_id, start, ${COUNTS})
  ${addedUp(`
    SELECT '${EVERY_ACCOUNT}'::text AS key, start, ${COUNTS} FROM posthorn.account_stats
    WHERE account_id <> '${EVERY_ACCOUNT}' AND ${BETWEEN}`)}`;
