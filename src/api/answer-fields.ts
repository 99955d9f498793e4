import { z } from 'zod';

/** A time: ISO 8601 in UTC, with milliseconds. */
export const time = z
  .date()
  .transform((date) => date.toISOString())
  .pipe(z.iso.datetime());

/** A page of a list. */
export function page<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item).readonly(), nextCursor: z.string().nullable() });
}

/** The answer that has no body. */
export const nothing = z.undefined();
