import { z } from 'zod';
import { COMPARISONS, METRICS, RESOLUTIONS } from '../domain/alert-rule.js';
import { TIERS } from '../domain/tier.js';
import { time } from './answer-fields.js';
import { fields } from './validation.js';

const scope = {
  webhookId: z.string().optional(),
  tier: z.enum(TIERS).optional(),
  eventType: z.string().optional(),
  account: z.literal(true).optional(),
};

/** An alert rule as it is answered. */
export const ruleAnswer = z.object({
  id: z.string(),
  accountId: z.string(),
  name: z.string(),
  metric: z.enum(METRICS),
  comparison: z.enum(COMPARISONS),
  threshold: z.number(),
  resolveAt: z.number().nullable(),
  window: z.string(),
  minimum: z.number(),
  scope: z.object(scope),
  channelIds: z.array(z.string()).readonly(),
  cooldown: z.string(),
  quietHours: z.object({ from: z.string(), to: z.string(), timeZone: z.string() }).nullable(),
  enabled: z.boolean(),
  createdAt: time,
  updatedAt: time,
});

const value = z.union([z.number(), z.string()], { error: 'must be a number or a duration' });

const optional = {
  resolveAt: value.nullable().optional(),
  window: z.string().optional(),
  minimum: z.number().optional(),
  scope: fields(scope).optional(),
  channelIds: z.array(z.string()).optional(),
  cooldown: z.string().optional(),
  quietHours: fields({ from: z.string(), to: z.string(), timeZone: z.string().optional() })
    .nullable()
    .optional(),
  enabled: z.boolean().optional(),
};

const rule = {
  name: z.string(),
  metric: z.enum(METRICS),
  comparison: z.enum(COMPARISONS),
  threshold: value,
  accountId: z.string().optional(),
  ...optional,
};

/** What makes a rule. */
export const newRule = fields(rule);

/** What changes a rule: anything but its metric. */
export const ruleChanges = fields({
  name: z.string().exactOptional(),
  comparison: z.enum(COMPARISONS).exactOptional(),
  threshold: value.exactOptional(),
  ...optional,
});

/** A rule that is tried on the past. */
export const ruleDryRun = fields({ ...rule, days: z.number().optional() });

/** What a dry run found. */
export const dryRunAnswer = z.object({
  from: time,
  to: time,
  possible: z.boolean(),
  webhooks: z.number(),
  fired: z.number(),
  subjects: z
    .array(
      z.object({
        webhookId: z.string().nullable(),
        url: z.string().nullable(),
        incidents: z
          .array(z.object({ openedAt: time, resolvedAt: time.nullable(), value: z.number() }))
          .readonly(),
      }),
    )
    .readonly(),
  notes: z.array(z.string()).readonly(),
});

/** An incident as it is answered. */
export const incidentAnswer = z.object({
  id: z.string(),
  accountId: z.string(),
  ruleId: z.string(),
  ruleName: z.string(),
  metric: z.enum(METRICS),
  comparison: z.enum(COMPARISONS),
  threshold: z.number(),
  webhookId: z.string().nullable(),
  openedAt: time,
  value: z.number(),
  lastValue: z.number(),
  toldAt: time.nullable(),
  acknowledgedAt: time.nullable(),
  acknowledgedBy: z.string().nullable(),
  resolvedAt: time.nullable(),
  resolution: z.enum(RESOLUTIONS).nullable(),
});
