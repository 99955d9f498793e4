import { z } from 'zod';
import { ForbiddenError, PosthornError } from '../domain/errors.js';
import { checkEvent, MAX_PAYLOAD_BYTES, type NewEvent } from '../domain/event.js';
import type { Posthorn } from '../posthorn.js';
import { MAX_EVENTS } from '../producers/producer.js';
import { count, time } from './answer-fields.js';
import { EventInBatchError } from './problems.js';
import { accountQuery, idPath } from './request-fields.js';
import { type ApiScope, fields } from './validation.js';

/** A payload that fits may take six bytes for one where the client escapes every character. */
const EVENT_BODY_LIMIT = 6 * MAX_PAYLOAD_BYTES + 16_384;

const BATCH_BODY_LIMIT = 16 * 1024 * 1024;

const newEvent = fields({
  type: z.string().describe('Segments of letters, digits, `_` and `-` with dots between them'),
  accountId: z.string().optional().describe("`default`, or the key's account, where left out"),
  payload: z
    .unknown()
    .refine((payload) => payload !== undefined, { error: 'is needed: any JSON value' })
    .describe('Any JSON value, at most 256 KiB'),
  idempotencyKey: z
    .string()
    .optional()
    .describe('Makes a second event with it, in the same account, a duplicate of the first'),
}).meta({
  id: 'NewEvent',
  examples: [
    {
      type: 'expense.created',
      accountId: 'acme',
      payload: { id: 42 },
      idempotencyKey: 'expense-42',
    },
  ],
});

const enqueuedEvent = z
  .object({
    id: z.string().describe("The first event's where this is its duplicate"),
    deliveries: count.describe('How many webhooks get it'),
    duplicate: z.boolean(),
  })
  .meta({ id: 'EnqueuedEvent' });

const eventAnswer = z
  .object({
    id: z.string(),
    accountId: z.string(),
    type: z.string(),
    payload: z.unknown(),
    idempotencyKey: z.string().nullable(),
    createdAt: time,
    deliveries: z.object({
      pending: count,
      delivered: count,
      exhausted: count,
      discarded: count,
    }),
  })
  .meta({ id: 'Event' });

const querystring = fields({});

/** `/v1/events`: enqueues events and looks them up. */
export function addEventRoutes(
  api: ApiScope,
  posthorn: Pick<Posthorn, 'enqueue' | 'enqueueMany' | 'events'>,
): void {
  api.post(
    '/v1/events',
    {
      config: { permission: 'events:write', idempotency: 'repeatable' },
      bodyLimit: EVENT_BODY_LIMIT,
      schema: {
        operationId: 'enqueueEvent',
        summary: 'Enqueue an event',
        body: newEvent,
        querystring,
        response: { 202: enqueuedEvent },
      },
    },
    async (request, reply) => {
      const { body, onceId } = request;
      const idempotencyKey = body.idempotencyKey ?? onceId ?? undefined;
      const event = { ...body, ...request.scope(body.accountId), idempotencyKey };
      const { traceparent, tracestate } = request.headers;
      const trace = { traceparent, tracestate };
      return reply.code(202).send(await posthorn.enqueue(event, { trace }));
    },
  );

  // zod's own checks of the length also read it from what is no list, and throw where it is an object.
  const events = z.array(newEvent).refine(({ length }) => length >= 1 && length <= MAX_EVENTS, {
    error: `must hold 1 to ${MAX_EVENTS} events`,
  });
  api.post(
    '/v1/events/batch',
    {
      config: { permission: 'events:write', idempotency: 'repeatable' },
      bodyLimit: BATCH_BODY_LIMIT,
      schema: {
        operationId: 'enqueueEvents',
        summary: 'Enqueue many events, all or none',
        body: fields({ events }).meta({
          examples: [
            {
              events: [
                { type: 'expense.created', payload: { id: 43 } },
                { type: 'expense.paid', payload: { id: 42 } },
              ],
            },
          ],
        }),
        querystring,
        response: { 202: z.object({ data: z.array(enqueuedEvent).readonly() }) },
      },
    },
    async (request, reply) => {
      const { body, onceId } = request;
      const given = body.events;
      try {
        const scoped = given.map((event, index) => ({
          ...event,
          ...request.scope(event.accountId),
          idempotencyKey:
            event.idempotencyKey ?? (onceId === null ? undefined : `${onceId}-${index}`),
        }));
        const { traceparent, tracestate } = request.headers;
        const trace = { traceparent, tracestate };
        return await reply.code(202).send({ data: await posthorn.enqueueMany(scoped, { trace }) });
      } catch (error) {
        throw inBatch(error, given);
      }
    },
  );

  api.get(
    '/v1/events/:id',
    {
      config: { permission: 'events:read' },
      schema: {
        operationId: 'getEvent',
        summary: 'Show an event and how its deliveries are',
        params: idPath('evt_'),
        querystring: fields(accountQuery),
        response: { 200: eventAnswer },
      },
    },
    (request) => posthorn.events.get(request.params.id, request.scope(request.query.accountId)),
  );
}

/** The same error, with the place of the first event at fault in the batch, where it is about an event. */
function inBatch(error: unknown, events: readonly NewEvent[]): unknown {
  if (!(error instanceof PosthornError) || error instanceof ForbiddenError) return error;
  const index = events.findIndex((event) => !passes(event));
  return index === -1 ? error : new EventInBatchError(index, error);
}

function passes(event: NewEvent): boolean {
  try {
    checkEvent(event);
    return true;
  } catch (error) {
    if (error instanceof PosthornError) return false;
    throw error;
  }
}
