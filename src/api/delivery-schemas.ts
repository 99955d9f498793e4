import { z } from 'zod';
import { time } from './answer-fields.js';

/** The states of a delivery. */
export const deliveryStatus = z.enum(['pending', 'delivered', 'exhausted', 'discarded']);

/** An attempt as it is answered. */
export const attemptAnswer = z.object({
  id: z.string(),
  deliveryId: z.string(),
  webhookId: z.string(),
  number: z.number(),
  outcome: z.string(),
  statusCode: z.number().nullable(),
  error: z.string().nullable(),
  responseExcerpt: z.string().nullable(),
  startedAt: time,
  durationMs: z.number(),
});

/** A delivery as it is answered in a list. */
export const deliveryAnswer = z.object({
  id: z.string(),
  eventId: z.string(),
  webhookId: z.string(),
  accountId: z.string(),
  status: deliveryStatus,
  attemptCount: z.number(),
  dueAt: time.nullable(),
  lastOutcome: z.string().nullable(),
  lastStatusCode: z.number().nullable(),
  createdAt: time,
  endedAt: time.nullable(),
});

/** A delivery as it is answered alone, with all its attempts. */
export const deliveryWithAttempts = deliveryAnswer.extend({
  attempts: z.array(attemptAnswer).readonly(),
});
