import { z } from 'zod';
import { type IdPrefix, isId } from '../domain/id.js';
import { DEFAULT_PAGE, LARGEST_PAGE } from '../store/page.js';
import { fields } from './validation.js';

const NOUNS = {
  wh_: 'webhook',
  evt_: 'event',
  dlv_: 'delivery',
  att_: 'attempt',
  key_: 'key',
  ntc_: 'notice',
  chn_: 'channel',
  msg_: 'message',
  rul_: 'rule',
  inc_: 'incident',
  rpl_: 'replay',
} as const;

/** The `{id}` of a path. Text that is no id of that prefix names nothing, and so is not found. */
export function idPath(prefix: IdPrefix) {
  const error = ({ input }: { input?: unknown }) => `there is no ${NOUNS[prefix]} ${String(input)}`;
  return fields({ id: z.string().refine((text) => isId(prefix, text), { error }) });
}

/** An id in a query. */
export function idQuery(prefix: IdPrefix) {
  const error = `must be the id of a ${NOUNS[prefix]}, like ${prefix} and 32 hex digits`;
  return z.string().refine((text) => isId(prefix, text), { error });
}

/** The query that narrows to an account, which `request.scope` reads. */
export const accountQuery = { accountId: z.string().optional() };

/** The query that asks for a page of things with that prefix. */
export function pageQuery(prefix: IdPrefix) {
  return {
    limit: z
      .string()
      .regex(/^\d{1,3}$/, { error: `must be a whole number from 1 to ${LARGEST_PAGE}` })
      .transform(Number)
      .refine((limit) => limit >= 1 && limit <= LARGEST_PAGE, {
        error: `must be from 1 to ${LARGEST_PAGE}`,
      })
      .default(DEFAULT_PAGE),
    cursor: z
      .string()
      .refine((text) => isId(prefix, text), { error: 'must be the nextCursor of the page before' })
      .optional(),
  };
}
