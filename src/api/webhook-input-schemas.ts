import { z } from 'zod';
import { parseDuration } from '../domain/duration.js';
import { SIGNATURE_SCHEMES } from '../domain/signing-secret.js';
import { TIERS } from '../domain/tier.js';
import { VERIFICATION_METHODS } from '../domain/verification.js';
import { format } from './format-schemas.js';
import { headers } from './request-fields.js';
import { fields, optionalBody } from './validation.js';
import { overrides } from './webhook-schemas.js';

const configuration = {
  eventTypes: z
    .array(z.string())
    .optional()
    .describe('Exact or with `*` for a segment, at most 100; every type where empty'),
  tier: z.enum(TIERS).optional().describe('`standard` where left out'),
  description: z.string().optional().describe('For people, at most 500 characters'),
  headers: headers.optional().describe('What every request carries besides, at most 20'),
  format: format
    .nullable()
    .optional()
    .describe('How its requests look; null for the default of its account'),
  maxInFlight: z
    .number()
    .nullable()
    .optional()
    .describe('Most deliveries in flight at once, 1 to 10,000; null for the setting'),
  rateLimit: z
    .number()
    .nullable()
    .optional()
    .describe('Most deliveries per second, 0.01 to 10,000; null for no limit'),
  overrides: fields(overrides).optional().describe("In place of its tier's policy, all of them"),
  verification: z
    .enum(VERIFICATION_METHODS)
    .optional()
    .describe('How the endpoint shows that it wants what it gets'),
};

/** What registers a webhook. */
export const newWebhook = fields({
  url: z.string().describe('http or https, at most 2,048 characters, without credentials'),
  accountId: z.string().optional().describe("`default`, or the key's account, where left out"),
  signatureScheme: z
    .enum(SIGNATURE_SCHEMES)
    .optional()
    .describe('`v1` (HMAC-SHA256) where left out, or `v1a` (Ed25519)'),
  operational: z
    .boolean()
    .optional()
    .describe("True for one that gets Posthorn's own notices in place of events"),
  secret: z
    .string()
    .optional()
    .describe(
      'One of yours: `whsec_` and base64 of 24 to 64 bytes, or what the format signs with; a new one where left out',
    ),
  ...configuration,
}).meta({
  examples: [
    {
      url: 'https://hooks.example.com/posthorn',
      accountId: 'acme',
      eventTypes: ['expense.*'],
      tier: 'critical',
      description: 'the books',
      headers: { 'x-team': 'books' },
      maxInFlight: 5,
      rateLimit: 20,
      overrides: { zombieAfter: '30d', retryAttempts: 8 },
    },
    { url: 'https://hooks.slack.com/services/T000/B000/XXXX', format: { kind: 'slack' } },
  ],
});

/** What changes a webhook. */
export const webhookChanges = fields({ url: z.string().exactOptional(), ...configuration }).meta({
  examples: [{ eventTypes: ['expense.created'], tier: 'low' }],
});

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
      .optional()
      .describe('How long the ones before sign beside it: `0s` to `7d`, `24h` where left out'),
    signatureScheme: z.enum(SIGNATURE_SCHEMES).optional(),
    secret: z.string().optional().describe('One of yours, as at registration'),
  }).meta({ examples: [{ overlap: '48h' }] }),
);

const detail = z.string().optional().describe('Why, for the history, at most 500 characters');

/** How a webhook is reactivated. */
export const reactivation = optionalBody(
  fields({
    owed: z
      .enum(['replay', 'discard'])
      .optional()
      .describe('Whether what is owed is made now, the default, or given up'),
    detail,
  }).meta({ examples: [{ owed: 'discard', detail: 'a new system' }] }),
);

/** How a webhook is deactivated. */
export const deactivation = optionalBody(
  fields({ detail }).meta({ examples: [{ detail: 'it moves' }] }),
);

/** How a webhook is verified again. */
export const verificationAgain = optionalBody(
  fields({
    method: z.enum(VERIFICATION_METHODS).optional().describe('Its own where left out'),
  }).meta({ examples: [{ method: 'none' }] }),
);
