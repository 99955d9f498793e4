import { z } from 'zod';
import { SIGNATURE_SCHEMES } from '../domain/signing-secret.js';
import { TIERS } from '../domain/tier.js';
import { VERIFICATION_METHODS } from '../domain/verification.js';
import { BREAKERS } from '../store/webhooks.js';
import { count, time } from './answer-fields.js';
import { shownRequest } from './delivery-schemas.js';
import { formatAnswer } from './format-schemas.js';

/** What a webhook may have of its own in place of its tier's policy. */
export const overrides = {
  zombieAfter: z.string().optional().describe('`1h` to `3650d`'),
  warnAt: z.string().optional().describe('Like `50%, 90%, 1d`, or `none`'),
  retryBase: z.string().optional().describe('`1ms` to `1d`'),
  retryFactor: z.number().optional().describe('1 to 100'),
  retryCap: z.string().optional().describe('`1ms` to `30d`'),
  retryAttempts: z.number().optional().describe('1 to 100'),
  breakerFailures: z.number().optional().describe('1 to 100,000'),
  breakerShare: z.string().optional().describe('Like `90%`'),
  retention: z.string().optional().describe('`2d` to `3650d`'),
  reactivate: z.boolean().optional(),
};

/** A webhook as it is answered: never with its sealed secrets. */
export const webhookAnswer = z
  .object({
    id: z.string(),
    accountId: z.string(),
    url: z.string(),
    description: z.string(),
    eventTypes: z
      .array(z.string())
      .readonly()
      .describe('Exact or with `*` segments; empty for every type'),
    tier: z.enum(TIERS),
    operational: z
      .boolean()
      .describe("True where it gets Posthorn's own notices in place of events"),
    verification: z.enum(VERIFICATION_METHODS),
    verifiedAt: time.nullable(),
    headers: z.record(z.string(), z.string()),
    format: formatAnswer.nullable().describe('Null where it has that of its account'),
    maxInFlight: z
      .number()
      .nullable()
      .describe('Most deliveries in flight at once; null for the setting'),
    rateLimit: z.number().nullable().describe('Most deliveries per second; null for no limit'),
    overrides: z.object(overrides),
    signatureScheme: z.enum(SIGNATURE_SCHEMES),
    publicKey: z.string().nullable().describe('What receivers verify `v1a` with; null for `v1`'),
    active: z.boolean(),
    activeSince: time.describe('The latest of creation, reactivation and change of URL'),
    deactivatedAt: time.nullable(),
    deactivationReason: z.enum(['owner', 'gone', 'zombie']).nullable(),
    deactivationDetail: z.string().nullable(),
    breaker: z.enum(BREAKERS).describe('`open`: deliveries wait; `half-open`: one of them tries'),
    test: z
      .object({
        lastAt: time.nullable(),
        lastOutcome: z.string().nullable(),
        nextAt: time.nullable(),
        count,
      })
      .nullable()
      .describe('Its automatic tests while it is in need of them; null while it is well'),
    lastSuccess: time.nullable(),
    lastFailure: time.nullable(),
    lastError: z.string().nullable(),
    failingSince: time.nullable().describe('The first failure since the last success'),
    successCount: count,
    failureCount: count,
    consecutiveFailures: count,
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Webhook' });

/** The answer to the two calls that make a secret, the only ones that show it. */
export const webhookWithSecret = webhookAnswer
  .extend({ secret: z.string().describe('What receivers verify with, this once') })
  .meta({ id: 'WebhookWithSecret' });

/** The answer to a reactivation: how many deliveries were owed. */
export const reactivatedWebhook = webhookAnswer
  .extend({ deliveries: count.describe('How many deliveries were owed') })
  .meta({ id: 'ReactivatedWebhook' });

/** One request and its answer. */
export const exchangeAnswer = z
  .object({
    ok: z.boolean(),
    startedAt: time,
    durationMs: z.number(),
    request: shownRequest,
    response: z
      .object({
        statusCode: z.number(),
        headers: z.record(z.string(), z.string()),
        body: z.string(),
      })
      .nullable(),
    error: z.object({ class: z.string(), message: z.string() }).nullable(),
  })
  .meta({ id: 'Exchange' });

/** Something that happened to a webhook. */
export const historyAnswer = z
  .object({
    id: z.string(),
    type: z.string(),
    at: time,
    actor: z.string().describe("`posthorn`, `owner`, `setting` for the first key, or a key's id"),
    detail: z.string(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'HistoryEntry' });
