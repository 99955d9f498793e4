import { type Condition, valuesOf, whereAll } from './conditions.js';
import type { SqlRunner } from './ledger.js';
import { MOST_LOOKED } from './page.js';

/** The id of the last row that a page looks at, newest first; undefined where there are fewer than it may. */
export async function lastLooked(
  ledger: SqlRunner,
  table: 'deliveries' | 'webhooks',
  conditions: readonly Condition[],
): Promise<string | undefined> {
  const [last] = await ledger.$queryRawUnsafe<{ id: string }[]>(
    `SELECT id FROM posthorn.${table} ${whereAll(conditions)}
    ORDER BY id DESC OFFSET ${MOST_LOOKED - 1} LIMIT 1`,
    ...valuesOf(conditions),
  );
  return last?.id;
}
