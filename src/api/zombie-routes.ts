import { z } from 'zod';
import { TIERS } from '../domain/tier.js';
import type { Posthorn } from '../posthorn.js';
import { readPage } from '../store/page.js';
import type { Zombie } from '../store/zombies.js';
import { page, time } from './answer-fields.js';
import { accountQuery, pageQuery } from './request-fields.js';
import { type ApiScope, fields, optionalBody } from './validation.js';

const zombieAnswer = z.object({
  id: z.string(),
  accountId: z.string(),
  url: z.string(),
  tier: z.enum(TIERS),
  lastSuccess: time.nullable(),
  quietSince: time,
  consecutiveFailures: z.number(),
  lastError: z.string().nullable(),
  detail: z.string(),
});

/** `/v1/zombies`: shows the zombies there are, and sweeps them. */
export function addZombieRoutes(api: ApiScope, { zombies }: Pick<Posthorn, 'zombies'>): void {
  api.get(
    '/v1/zombies',
    {
      config: { permission: 'zombies:read' },
      schema: {
        querystring: fields({ ...pageQuery('wh_'), ...accountQuery }),
        response: { 200: page(zombieAnswer) },
      },
    },
    async (request) => {
      const { query } = request;
      const { accountId } = request.scope(query.accountId);
      const found = (await zombies.find()).filter(
        (zombie) => accountId === undefined || zombie.accountId === accountId,
      );
      return readPage(
        query,
        async (asked) => pageOf(found, asked),
        (zombie) => zombie,
      );
    },
  );

  api.post(
    '/v1/zombies/sweep',
    {
      config: { permission: 'zombies:sweep' },
      schema: {
        querystring: fields({}),
        body: optionalBody(fields({ dryRun: z.boolean().default(false) })),
        response: { 200: z.object({ deactivated: z.array(zombieAnswer).readonly() }) },
      },
    },
    async ({ body }) => ({ deactivated: await zombies.sweep(body) }),
  );
}

/** The part of all zombies that a page is made of, in the order of every list: newest webhook first. */
function pageOf(
  found: readonly Zombie[],
  { before, take }: { before: string | undefined; take: number },
): readonly Zombie[] {
  return found
    .filter(({ id }) => before === undefined || id < before)
    .toSorted((one, other) => (one.id < other.id ? 1 : -1))
    .slice(0, take);
}
