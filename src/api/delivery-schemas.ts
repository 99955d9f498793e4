import { z } from 'zod';
import { DELIVERY_PLACES } from '../store/deliveries.js';
import { count, time } from './answer-fields.js';

/** The states of a delivery. */
export const deliveryStatus = z.enum(['pending', 'delivered', 'exhausted', 'discarded']);

/** A request as it was sent to an endpoint. */
export const shownRequest = z.object({
  method: z.enum(['POST', 'OPTIONS']),
  url: z.string(),
  headers: z
    .record(z.string(), z.string())
    .describe('`…` stands for what is not shown, like the values of its own headers'),
  body: z.string(),
});

/** An attempt as it is answered. */
export const attemptAnswer = z
  .object({
    id: z.string(),
    deliveryId: z.string(),
    webhookId: z.string(),
    number: count.describe('1 for the first'),
    outcome: z.string().describe('`ok`, or the class of the error'),
    statusCode: z.number().nullable(),
    error: z.string().nullable(),
    responseExcerpt: z.string().nullable(),
    startedAt: time,
    durationMs: z.number(),
  })
  .meta({ id: 'Attempt' });

/** An attempt as it is answered alone, with what it sent. */
export const attemptWithRequest = attemptAnswer
  .extend({
    request: shownRequest.nullable().describe('Null where the webhook or the event is gone'),
    exact: z.boolean().describe('Whether that is what was sent'),
    doubt: z.string().nullable().describe('Why it is not, or may not be; null where it is'),
  })
  .meta({ id: 'AttemptWithRequest' });

/** A delivery as it is answered. */
export const deliveryAnswer = z
  .object({
    id: z.string(),
    eventId: z.string(),
    webhookId: z.string(),
    accountId: z.string(),
    status: deliveryStatus,
    attemptCount: count,
    dueAt: time.nullable().describe('When the next attempt is owed; null once it has ended'),
    place: z
      .enum(DELIVERY_PLACES)
      .nullable()
      .describe('Where it is while it is pending; null once it has ended'),
    lastOutcome: z.string().nullable(),
    lastStatusCode: z.number().nullable(),
    createdAt: time,
    endedAt: time.nullable(),
  })
  .meta({ id: 'Delivery' });

/** A delivery as it is answered in a list, with what it brings and where to. */
export const listedDelivery = deliveryAnswer
  .extend({
    eventType: z.string().nullable().describe('Null where the event is gone'),
    webhookUrl: z.string().nullable().describe('Null where the webhook was deleted'),
  })
  .meta({ id: 'ListedDelivery' });

/** A delivery as it is answered alone, with its attempts. */
export const deliveryWithAttempts = deliveryAnswer
  .extend({
    attempts: z.array(attemptAnswer).readonly(),
  })
  .meta({ id: 'DeliveryWithAttempts' });
