import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** Statements of this folder name the schema without quotes, which Prisma's own do not. */
const OURS = /^\s*(SELECT|WITH|INSERT|UPDATE|DELETE)\b.*\bposthorn\./s;

/** A day's partition, whose name no later statement has. */
const OF_ONE_DAY = /_\d{8}\b/;

/** Statements of which the names are kept in memory. */
const MOST_NAMES = 200;

/**
 * Names the statements that are worth preparing: those of the hot path, whose text never changes. PostgreSQL
 * then plans them once for a connection, which for statements on partitioned tables takes longer than
 * running them. Prisma's own are not named, because their text differs with the length of their lists.
 *
 * @returns a function from a statement's text to its name, or to '' for one that is not to be prepared
 */
export function createStatementNames(): (sql: string) => string {
  const names = new LRUCache<string, string>({ max: MOST_NAMES });
  return (sql) => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    const worthwhile = OURS.test(sql) && !OF_ONE_DAY.test(sql);
    const digest = createHash('sha256').update(sql).digest('hex').slice(0, 24);
    const name = worthwhile ? `posthorn_${digest}` : '';
    names.set(sql, name);
    return name;
  };
}
