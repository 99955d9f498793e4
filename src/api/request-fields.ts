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
  prc_: 'process',
  tsk_: 'task',
} as const;

/** The `{id}` of a path. Text that is no id of that prefix names nothing, and so is not found. */
export function idPath(prefix: IdPrefix) {
  const error = ({ input }: { input?: unknown }) => `there is no ${NOUNS[prefix]} ${String(input)}`;
  const id = z.string().refine((text) => isId(prefix, text), { error });
  return fields({ id: id.meta({ json: idJson(prefix) }) });
}

/** An id in a query. */
export function idQuery(prefix: IdPrefix) {
  const error = `must be the id of a ${NOUNS[prefix]}, like ${prefix} and 32 hex digits`;
  return z
    .string()
    .refine((text) => isId(prefix, text), { error })
    .meta({ json: idJson(prefix) });
}

function idJson(prefix: IdPrefix) {
  return {
    type: 'string',
    pattern: `^${prefix}[0-9a-f]{32}$`,
    description: `The id of a ${NOUNS[prefix]}`,
  };
}

/** Text in a query that is compared with what the ledger holds, which is never a NUL. */
export function textQuery(most: number) {
  return z
    .string()
    .max(most)
    .refine((text) => !text.includes('\0'), { error: 'must hold no NUL' });
}

/** Yes or no in a query. */
export const booleanQuery = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .meta({ json: { type: 'boolean' } });

/** The query that narrows to an account, which `request.scope` reads. */
export const accountQuery = {
  accountId: z.string().optional().describe('Only what is of this account'),
};

/** A time in a query. */
export const timeQuery = z.iso
  .datetime({ error: 'must be a time like 2026-11-24T12:00:00Z' })
  .transform((text) => new Date(text))
  .optional();

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
      .default(DEFAULT_PAGE)
      .meta({
        json: {
          type: 'integer',
          minimum: 1,
          maximum: LARGEST_PAGE,
          default: DEFAULT_PAGE,
          description: 'Most items on the page',
        },
      }),
    cursor: z
      .string()
      .refine((text) => isId(prefix, text), { error: 'must be the nextCursor of the page before' })
      .optional()
      .describe('The `nextCursor` of the page before'),
  };
}

/** Header names and values. zod leaves a key `__proto__` out of a record, and nobody would know. */
export const headers = z
  .unknown()
  .refine((given) => !(given instanceof Object && Object.hasOwn(given, '__proto__')), {
    error: 'must not have the name __proto__',
  })
  .pipe(z.record(z.string(), z.string()))
  .meta({ json: { type: 'object', additionalProperties: { type: 'string' } } });
