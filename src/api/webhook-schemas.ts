import { z } from 'zod';
import { parseDuration } from '../domain/duration.js';
import { SIGNATURE_SCHEMES } from '../domain/signing-secret.js';
import { TIERS } from '../domain/tier.js';
import { BREAKERS } from '../store/webhooks.js';
import { time } from './answer-fields.js';
import { fields, optionalBody } from './validation.js';

/** A webhook as it is answered: never with its sealed secrets. */
export const webhookAnswer = z.object({
  id: z.string(),
  accountId: z.string(),
  url: z.string(),
  description: z.string(),
  eventTypes: z.array(z.string()).readonly(),
  tier: z.enum(TIERS),
  headers: z.record(z.string(), z.string()),
  maxInFlight: z.number().nullable(),
  rateLimit: z.number().nullable(),
  signatureScheme: z.enum(SIGNATURE_SCHEMES),
  publicKey: z.string().nullable(),
  active: z.boolean(),
  activeSince: time,
  deactivatedAt: time.nullable(),
  deactivationReason: z.enum(['owner', 'gone', 'zombie']).nullable(),
  deactivationDetail: z.string().nullable(),
  breaker: z.enum(BREAKERS),
  lastSuccess: time.nullable(),
  lastFailure: time.nullable(),
  lastError: z.string().nullable(),
  failingSince: time.nullable(),
  successCount: z.number(),
  failureCount: z.number(),
  consecutiveFailures: z.number(),
  createdAt: time,
  updatedAt: time,
});

/** The answer to the two calls that make a secret, the only ones that show it. */
export const webhookWithSecret = webhookAnswer.extend({ secret: z.string() });

/** The answer to a reactivation: how many deliveries were owed. */
export const reactivatedWebhook = webhookAnswer.extend({ deliveries: z.number() });

/** Header names and values. zod leaves a key `__proto__` out of a record, and nobody would know. */
const headers = z
  .unknown()
  .refine((given) => !(given instanceof Object && Object.hasOwn(given, '__proto__')), {
    error: 'must not have the name __proto__',
  })
  .pipe(z.record(z.string(), z.string()));

const configuration = {
  eventTypes: z.array(z.string()).optional(),
  tier: z.enum(TIERS).optional(),
  description: z.string().optional(),
  headers: headers.optional(),
  maxInFlight: z.number().nullable().optional(),
  rateLimit: z.number().nullable().optional(),
};

/** What registers a webhook. */
export const newWebhook = fields({
  url: z.string(),
  accountId: z.string().optional(),
  signatureScheme: z.enum(SIGNATURE_SCHEMES).optional(),
  ...configuration,
});

/** What changes a webhook. */
export const webhookChanges = fields({ url: z.string().exactOptional(), ...configuration });

/** How a secret is rotated. */
export const rotation = optionalBody(
  fields({
    overlap: z
      .string()
      .transform((text, context) => {
        const durationMs = parseDuration(text);
        if (durationMs !== undefined) return durationMs;
        context.addIssue('must be a duration like 30m, 24h or 7d');
        return z.NEVER;
      })
      .optional(),
    signatureScheme: z.enum(SIGNATURE_SCHEMES).optional(),
  }),
);

/** How a webhook is reactivated. */
export const reactivation = optionalBody(
  fields({ owed: z.enum(['replay', 'discard']).optional() }),
);
