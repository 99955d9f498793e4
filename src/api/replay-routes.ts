import { z } from 'zod';
import { parseDuration } from '../domain/duration.js';
import type { Posthorn } from '../posthorn.js';
import { REPLAYABLE } from '../store/replays.js';
import { count, page, time } from './answer-fields.js';
import { accountQuery, idPath, idQuery, pageQuery } from './request-fields.js';
import { type ApiScope, fields, optionalBody } from './validation.js';

const replayAnswer = z
  .object({
    id: z.string(),
    accountId: z.string(),
    webhookId: z.string(),
    status: z.enum(['running', 'done', 'cancelled']),
    from: time,
    to: time,
    statuses: z.array(z.string()).readonly(),
    eventTypes: z.array(z.string()).readonly(),
    rate: z.number().nullable(),
    idempotencyKey: z.string().nullable(),
    total: count,
    replayed: count,
    createdAt: time,
    endedAt: time.nullable(),
  })
  .meta({ id: 'Replay' });

const startedReplay = replayAnswer
  .extend({ duplicate: z.boolean().describe('True where one with the same key was begun before') })
  .meta({ id: 'StartedReplay' });

/** A time, or how long ago it was. */
const since = z
  .string()
  .transform((text, context) => {
    const agoMs = parseDuration(text);
    if (agoMs !== undefined) return new Date(Date.now() - agoMs);
    const at = z.iso.datetime().safeParse(text);
    if (at.success) return new Date(at.data);
    context.addIssue('must be a time like 2026-11-24T12:00:00Z, or how long ago, like 24h');
    return z.NEVER;
  })
  .describe('A time like `2026-11-24T12:00:00Z`, or how long ago, like `24h`');

const newReplay = fields({
  from: since,
  to: since.optional().describe('The same; now where left out'),
  statuses: z
    .array(z.enum(REPLAYABLE))
    .optional()
    .describe('`exhausted` and `discarded` where left out'),
  eventTypes: z.array(z.string()).optional().describe('Every type where left out'),
  rate: z.number().nullable().optional().describe('Most per second'),
  idempotencyKey: z.string().optional().describe('Begins no second replay with the same'),
}).meta({ examples: [{ from: '24h', eventTypes: ['expense.*'], rate: 50 }] });

const owedAnswer = z.object({
  deliveries: count,
  oldest: time.nullable(),
  newest: time.nullable(),
});

const querystring = fields(accountQuery);
const read = { permission: 'deliveries:read' } as const;
const retry = { permission: 'deliveries:retry' } as const;

/** `/v1/webhooks/{id}/replay`, `/owed` and `/v1/replays`: makes many past deliveries again. */
export function addReplayRoutes(api: ApiScope, { replays }: Pick<Posthorn, 'replays'>): void {
  api.post(
    '/v1/webhooks/:id/replay',
    {
      config: { ...retry, idempotency: 'repeatable' },
      schema: {
        operationId: 'createReplay',
        summary: 'Begin to make past deliveries of a webhook again',
        problems: ['conflict'],
        params: idPath('wh_'),
        querystring,
        body: newReplay,
        response: { 202: startedReplay },
      },
    },
    async (request, reply) => {
      const scope = request.scope(request.query.accountId);
      const { params, body, onceId } = request;
      const idempotencyKey = body.idempotencyKey ?? onceId ?? undefined;
      const started = await replays.start(params.id, { ...body, ...scope, idempotencyKey });
      return reply.code(202).send({ ...started.replay, duplicate: started.duplicate });
    },
  );

  api.get(
    '/v1/webhooks/:id/owed',
    {
      config: read,
      schema: {
        operationId: 'getOwedDeliveries',
        summary: 'Show what a reactivation would replay or discard',
        params: idPath('wh_'),
        querystring,
        response: { 200: owedAnswer },
      },
    },
    (request) => replays.owed(request.params.id, request.scope(request.query.accountId)),
  );

  api.get(
    '/v1/replays',
    {
      config: read,
      schema: {
        operationId: 'listReplays',
        summary: 'List replays',
        querystring: fields({
          ...pageQuery('rpl_'),
          ...accountQuery,
          webhookId: idQuery('wh_').optional(),
        }),
        response: { 200: page(replayAnswer) },
      },
    },
    (request) => replays.list({ ...request.query, ...request.scope(request.query.accountId) }),
  );

  api.get(
    '/v1/replays/:id',
    {
      config: read,
      schema: {
        operationId: 'getReplay',
        summary: 'Show a replay and how far it is',
        params: idPath('rpl_'),
        querystring,
        response: { 200: replayAnswer },
      },
    },
    (request) => replays.get(request.params.id, request.scope(request.query.accountId)),
  );

  api.post(
    '/v1/replays/:id/cancel',
    {
      config: retry,
      schema: {
        operationId: 'cancelReplay',
        summary: 'Cancel a replay',
        problems: ['conflict'],
        params: idPath('rpl_'),
        querystring,
        body: optionalBody(fields({})),
        response: { 200: replayAnswer },
      },
    },
    (request) => replays.cancel(request.params.id, request.scope(request.query.accountId)),
  );
}
