import { z } from 'zod';

/** A time: ISO 8601 in UTC, with milliseconds. */
export const time = z
  .date()
  .transform((date) => date.toISOString())
  .pipe(z.iso.datetime());

/** How many there are. */
export const count = z.int().nonnegative();

/** A page of a list. */
export function page<Item extends z.ZodType>(item: Item) {
  return z.object({
    data: z.array(item).readonly(),
    nextCursor: z
      .string()
      .nullable()
      .describe('Asks for the next page, as `cursor`; null on the last'),
  });
}

/** The answer that has no body. */
export const nothing = z.undefined();
