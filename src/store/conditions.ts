/** A condition of a statement that is put together: SQL in which `?` stands for its value, as text. */
export interface Condition {
  readonly sql: string;
  /** None where it has no `?`. */
  readonly value?: string;
}

/** The condition, where its value is given. */
export function given(sql: string, value: string | undefined): readonly Condition[] {
  return value === undefined ? [] : [{ sql, value }];
}

/**
 * The conditions as a WHERE clause; empty where there are none. Written out as they are asked for, they are
 * found by an index, which one that says "or the parameter is null" is not.
 *
 * @param before how many parameters the statement has before theirs
 */
export function whereAll(conditions: readonly Condition[], before = 0): string {
  let number = before;
  const each = conditions.map(({ sql }) =>
    sql.replaceAll('?', () => {
      number += 1;
      return `$${number}::text`;
    }),
  );
  return each.length === 0 ? '' : `WHERE ${each.join(' AND ')}`;
}

/** The values of all conditions, in the order of their parameters. */
export function valuesOf(conditions: readonly Condition[]): readonly string[] {
  return conditions.flatMap(({ value }) => (value === undefined ? [] : [value]));
}
