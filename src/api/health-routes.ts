import { z } from 'zod';
import { oneAtATime } from '../domain/one-at-a-time.js';
import { settlesWithin } from '../domain/settles-within.js';
import type { Posthorn } from '../posthorn.js';
import { RequestError } from './problems.js';
import type { ApiScope } from './validation.js';

/** How long PostgreSQL and the queue may take to answer before the process counts as not ready. */
const READY_WITHIN_MS = 2_000;

const ok = z.object({ status: z.literal('ok') });

/** `/healthz`: the process lives. `/readyz`: it reaches PostgreSQL and the queue. Neither needs a key. */
export function addHealthRoutes(api: ApiScope, posthorn: Pick<Posthorn, 'ping'>): void {
  const ping = oneAtATime(() => posthorn.ping());

  api.get(
    '/healthz',
    {
      schema: {
        operationId: 'getHealth',
        summary: 'Tell whether the process lives',
        response: { 200: ok },
      },
    },
    async () => ({ status: 'ok' as const }),
  );

  api.get(
    '/readyz',
    {
      schema: {
        operationId: 'getReadiness',
        summary: 'Tell whether PostgreSQL and the queue answer',
        problems: ['not_ready'],
        response: { 200: ok },
      },
    },
    async () => {
      await within(READY_WITHIN_MS, ping());
      return { status: 'ok' as const };
    },
  );
}

/** Throws `RequestError` (`not_ready`) where the work fails or takes longer. */
async function within(limitMs: number, work: Promise<void>): Promise<void> {
  const fault = await settlesWithin(work, limitMs).then(
    (inTime) => (inTime ? undefined : new Error(`no answer within ${limitMs} ms`)),
    (error: unknown) => error,
  );
  if (fault === undefined) return;
  throw new RequestError('not_ready', 'PostgreSQL or the queue did not answer', { cause: fault });
}
