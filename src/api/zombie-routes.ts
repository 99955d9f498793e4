import { z } from 'zod';
import { parseDuration } from '../domain/duration.js';
import { isId } from '../domain/id.js';
import { TIERS } from '../domain/tier.js';
import type { Posthorn } from '../posthorn.js';
import type { WebhookAtRisk } from '../store/at-risk.js';
import { count, page, time } from './answer-fields.js';
import { accountQuery, pageQuery } from './request-fields.js';
import { type ApiScope, fields, optionalBody } from './validation.js';

const zombieAnswer = z
  .object({
    id: z.string(),
    accountId: z.string(),
    url: z.string(),
    tier: z.enum(TIERS),
    lastSuccess: time.nullable(),
    quietSince: time,
    consecutiveFailures: count,
    lastError: z.string().nullable(),
    detail: z.string().describe('Why'),
  })
  .meta({ id: 'Zombie' });

const atRiskAnswer = zombieAnswer
  .extend({
    failingSince: time,
    deactivatesAt: time,
    timeLeftMs: z.number().describe('0 for a zombie'),
    zombie: z.boolean(),
  })
  .meta({ id: 'WebhookAtRisk' });

const sweepAnswer = z.object({
  deactivated: z.array(zombieAnswer).readonly(),
  more: z
    .boolean()
    .describe('True where there may be others: at most 1,000 are deactivated at once'),
});

/** The list is in the order of the time left, which ids don't have: its cursor says both. */
const cursor = z
  .string()
  .transform((text, context) => {
    const [ms = '', id = ''] = Buffer.from(text, 'base64url').toString('utf8').split('.');
    if (/^\d{1,15}$/.test(ms) && isId('wh_', id))
      return { deactivatesAt: new Date(Number(ms)), id };
    context.addIssue('must be the nextCursor of the page before');
    return z.NEVER;
  })
  .optional()
  .describe('The `nextCursor` of the page before');

const within = z
  .string()
  .transform((text, context) => {
    const withinMs = parseDuration(text);
    if (withinMs !== undefined && withinMs <= MOST_WITHIN_MS) return withinMs;
    context.addIssue('must be a duration of at most 3650d, like 30d');
    return z.NEVER;
  })
  .optional()
  .describe('All that will be deactivated within this time, like `30d`');

/** Most webhooks that one call deactivates. */
const MOST_SWEPT = 1_000;

const MOST_WITHIN_MS = 3_650 * 86_400_000;

function cursorOf({ id, deactivatesAt }: WebhookAtRisk): string {
  return Buffer.from(`${deactivatesAt.getTime()}.${id}`).toString('base64url');
}

/** `/v1/zombies`: shows the webhooks at risk and the zombies among them, and sweeps these. */
export function addZombieRoutes(api: ApiScope, { zombies }: Pick<Posthorn, 'zombies'>): void {
  api.get(
    '/v1/zombies',
    {
      config: { permission: 'zombies:read' },
      schema: {
        operationId: 'listZombies',
        summary: 'List webhooks at risk, those with the least time left first',
        querystring: fields({
          limit: pageQuery('wh_').limit,
          cursor,
          within,
          ...accountQuery,
        }),
        response: { 200: page(atRiskAnswer) },
      },
    },
    async (request) => {
      const { limit, cursor: after, within: withinMs, accountId } = request.query;
      const scope = request.scope(accountId);
      const found = await zombies.atRisk({ ...scope, withinMs, after, take: limit + 1 });
      const last = found[limit - 1];
      const more = found.length > limit && last !== undefined;
      return { data: found.slice(0, limit), nextCursor: more ? cursorOf(last) : null };
    },
  );

  api.post(
    '/v1/zombies/sweep',
    {
      config: { permission: 'zombies:sweep' },
      schema: {
        operationId: 'sweepZombies',
        summary: 'Deactivate the zombies of all accounts',
        querystring: fields({}),
        body: optionalBody(
          fields({ dryRun: z.boolean().default(false).describe('Only say which') }).meta({
            examples: [{ dryRun: true }],
          }),
        ),
        response: { 200: sweepAnswer },
      },
    },
    async ({ body }) => {
      const deactivated = await zombies.sweep({ ...body, limit: MOST_SWEPT });
      return { deactivated, more: deactivated.length === MOST_SWEPT };
    },
  );
}
