import { InvalidInputError } from '../domain/errors.js';

/** One page of a list, newest first. */
export interface Page<Item> {
  readonly data: readonly Item[];
  /** What to ask for the next page with; null on the last. */
  readonly nextCursor: string | null;
}

/** Which page is asked for. */
export interface PageRequest {
  /** The `nextCursor` of the page before; the first page where left out. */
  readonly cursor?: string | undefined;
  /** Items on a page: 1 to 100, 25 where left out. */
  readonly limit?: number | undefined;
}

export const DEFAULT_PAGE = 25;
export const LARGEST_PAGE = 100;

/** Cursors are ids. */
const CURSOR = /^[a-z]+_[0-9a-f]{32}$/;

/**
 * Reads one page of rows that are ordered by id, newest first: `read` is asked for one row more than the
 * page holds, which tells whether another page follows. Throws `InvalidInputError` for a limit or
 * a cursor that does not fit.
 *
 * @param lookedUntil where `read` looks at `MOST_LOOKED` rows at most: the last of these; undefined where
 *   there were fewer. A page that is not full then goes on from there, and may hold nothing.
 */
export async function readPage<Row extends { id: string }, Item>(
  request: PageRequest,
  read: (query: { before: string | undefined; take: number }) => Promise<readonly Row[]>,
  toItem: (row: Row) => Item,
  lookedUntil?: (before: string | undefined) => Promise<string | undefined>,
): Promise<Page<Item>> {
  const limit = request.limit ?? DEFAULT_PAGE;
  if (!Number.isInteger(limit) || limit < 1 || limit > LARGEST_PAGE) {
    throw new InvalidInputError(`limit ${limit} does not fit: use 1 to ${LARGEST_PAGE}`, {
      details: { limit: `1 to ${LARGEST_PAGE}` },
    });
  }
  const { cursor } = request;
  if (cursor !== undefined && !CURSOR.test(cursor)) {
    throw new InvalidInputError('the cursor does not fit: use the nextCursor of the page before', {
      details: { cursor: 'must be the nextCursor of the page before' },
    });
  }
  const rows = await read({ before: cursor, take: limit + 1 });
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const isFull = rows.length > limit && last !== undefined;
  return {
    data: shown.map(toItem),
    nextCursor: isFull ? last.id : ((await lookedUntil?.(cursor)) ?? null),
  };
}

/** Most rows that one page looks at for what no index finds, so that no request takes long. */
export const MOST_LOOKED = 20_000;
