import { z } from 'zod';
import { parseDuration } from '../domain/duration.js';
import { SIGNATURE_SCHEMES } from '../domain/signing-secret.js';
import { TIERS } from '../domain/tier.js';
import { VERIFICATION_METHODS } from '../domain/verification.js';
import { BREAKERS } from '../store/webhooks.js';
import { time } from './answer-fields.js';
import { fields, optionalBody } from './validation.js';

/** What a webhook may have of its own in place of its tier's policy. */
const overrides = {
  zombieAfter: z.string().optional(),
  warnAt: z.string().optional(),
  retryBase: z.string().optional(),
  retryFactor: z.number().optional(),
  retryCap: z.string().optional(),
  retryAttempts: z.number().optional(),
  breakerFailures: z.number().optional(),
  breakerShare: z.string().optional(),
  retention: z.string().optional(),
  reactivate: z.boolean().optional(),
};

/** A webhook as it is answered: never with its sealed secrets. */
export const webhookAnswer = z.object({
  id: z.string(),
  accountId: z.string(),
  url: z.string(),
  description: z.string(),
  eventTypes: z.array(z.string()).readonly(),
  tier: z.enum(TIERS),
  operational: z.boolean(),
  verification: z.enum(VERIFICATION_METHODS),
  verifiedAt: time.nullable(),
  headers: z.record(z.string(), z.string()),
  maxInFlight: z.number().nullable(),
  rateLimit: z.number().nullable(),
  overrides: z.object(overrides),
  signatureScheme: z.enum(SIGNATURE_SCHEMES),
  publicKey: z.string().nullable(),
  active: z.boolean(),
  activeSince: time,
  deactivatedAt: time.nullable(),
  deactivationReason: z.enum(['owner', 'gone', 'zombie']).nullable(),
  deactivationDetail: z.string().nullable(),
  breaker: z.enum(BREAKERS),
  test: z
    .object({
      lastAt: time.nullable(),
      lastOutcome: z.string().nullable(),
      nextAt: time.nullable(),
      count: z.number(),
    })
    .nullable(),
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
  overrides: fields(overrides).optional(),
  verification: z.enum(VERIFICATION_METHODS).optional(),
};

/** What registers a webhook. */
export const newWebhook = fields({
  url: z.string(),
  accountId: z.string().optional(),
  signatureScheme: z.enum(SIGNATURE_SCHEMES).optional(),
  operational: z.boolean().optional(),
  secret: z.string().optional(),
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
  fields({ owed: z.enum(['replay', 'discard']).optional(), detail: z.string().optional() }),
);

/** How a webhook is deactivated. */
export const deactivation = optionalBody(fields({ detail: z.string().optional() }));

/** How a webhook is verified again. */
export const verificationAgain = optionalBody(
  fields({ method: z.enum(VERIFICATION_METHODS).optional() }),
);

/** One request and its answer. */
export const exchangeAnswer = z.object({
  ok: z.boolean(),
  startedAt: time,
  durationMs: z.number(),
  request: z.object({
    method: z.string(),
    url: z.string(),
    headers: z.record(z.string(), z.string()),
    body: z.string(),
  }),
  response: z
    .object({
      statusCode: z.number(),
      headers: z.record(z.string(), z.string()),
      body: z.string(),
    })
    .nullable(),
  error: z.object({ class: z.string(), message: z.string() }).nullable(),
});

/** Something that happened to a webhook. */
export const historyAnswer = z.object({
  id: z.string(),
  type: z.string(),
  at: time,
  actor: z.string(),
  detail: z.string(),
  data: z.record(z.string(), z.unknown()),
});
