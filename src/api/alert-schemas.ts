import { z } from 'zod';
import { COMPARISONS, METRICS, RESOLUTIONS } from '../domain/alert-rule.js';
import { TIERS } from '../domain/tier.js';
import { count, time } from './answer-fields.js';
import { fields } from './validation.js';

const scope = {
  webhookId: z.string().optional(),
  tier: z.enum(TIERS).optional(),
  eventType: z.string().optional(),
  account: z.literal(true).optional(),
};

/** An alert rule as it is answered. */
export const ruleAnswer = z
  .object({
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
  })
  .meta({ id: 'AlertRule' });

const value = z
  .union([z.number(), z.string()], { error: 'must be a number or a duration' })
  .describe("In the metric's unit; of metrics that are times also a duration like `2s`");

const optional = {
  resolveAt: value.nullable().optional(),
  window: z.string().optional().describe('`5m` to `30d`; `1h` where left out'),
  minimum: z.number().optional().describe('Attempts in the window below which it says nothing'),
  scope: fields(scope).optional().describe('At most one of these; every webhook where left out'),
  channelIds: z
    .array(z.string())
    .optional()
    .describe('At most 20; every channel of the account where left out'),
  cooldown: z.string().optional().describe('`0s` to `30d`'),
  quietHours: fields({ from: z.string(), to: z.string(), timeZone: z.string().optional() })
    .nullable()
    .optional(),
  enabled: z.boolean().optional(),
};

const rule = {
  name: z.string().describe('For people, 1 to 100 characters'),
  metric: z.enum(METRICS),
  comparison: z.enum(COMPARISONS),
  threshold: value,
  accountId: z.string().optional().describe("`default`, or the key's account, where left out"),
  ...optional,
};

/** What makes a rule. */
export const newRule = fields(rule).meta({
  examples: [
    {
      name: 'many fail',
      accountId: 'acme',
      metric: 'successRate',
      comparison: 'below',
      threshold: 0.9,
      resolveAt: 0.95,
      window: '30m',
      minimum: 20,
      scope: { tier: 'critical' },
      cooldown: '1h',
      quietHours: { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' },
    },
  ],
});

/** What changes a rule: anything but its metric. */
export const ruleChanges = fields({
  name: z.string().exactOptional(),
  comparison: z.enum(COMPARISONS).exactOptional(),
  threshold: value.exactOptional(),
  ...optional,
}).meta({ examples: [{ threshold: 5, quietHours: null }] });

/** A rule that is tried on the past. */
export const ruleDryRun = fields({
  ...rule,
  days: z.number().optional().describe('1 to 30; 7 where left out'),
}).meta({
  examples: [
    { name: 'slow', metric: 'p95LatencyMs', comparison: 'above', threshold: '2s', days: 14 },
  ],
});

/** What a dry run found. */
export const dryRunAnswer = z
  .object({
    from: time,
    to: time,
    possible: z.boolean(),
    webhooks: count.describe('How many were looked at'),
    fired: count.describe('For how many of them it would have fired'),
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
      .readonly()
      .describe('The first 100'),
    notes: z.array(z.string()).readonly().describe('What could not be looked at, or not exactly'),
  })
  .meta({ id: 'RuleDryRun' });

/** An incident as it is answered. */
export const incidentAnswer = z
  .object({
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
    toldAt: time.nullable().describe('Null where it was kept back'),
    acknowledgedAt: time.nullable(),
    acknowledgedBy: z.string().nullable(),
    resolvedAt: time.nullable(),
    resolution: z.enum(RESOLUTIONS).nullable(),
  })
  .meta({ id: 'Incident' });
