import { CronExpressionParser } from 'cron-parser';
import { z } from 'zod';
import { isCidr } from './domain/address.js';
import { parseDuration } from './domain/duration.js';
import { EVERY_PORT, type PortRange } from './domain/url-rules.js';
import { parseWarnTimes } from './domain/warning.js';

/**
 * The kinds of values that settings have, each with what fits in words, and its unit where it is no plain
 * text. All are read from text.
 */

/** The unit of a setting's values; undefined for plain text. */
export function unitOf(schema: z.ZodType): string | undefined {
  return schema.meta()?.unit as string | undefined;
}

/** Any text. */
export const text = z.string();

/** A duration between two others, read into milliseconds. */
export function duration(least: string, most: string) {
  const leastMs = parseDuration(least) ?? 0;
  const mostMs = parseDuration(most) ?? Number.POSITIVE_INFINITY;
  const fits = `a duration from ${least} to ${most}, like 250ms, 5s, 12h or 365d`;
  return text
    .transform((value, context) => {
      const durationMs = parseDuration(value);
      if (durationMs !== undefined && durationMs >= leastMs && durationMs <= mostMs)
        return durationMs;
      context.addIssue({ code: 'custom', message: fits });
      return z.NEVER;
    })
    .meta({ unit: 'duration' });
}

/** A whole number between two others. */
export function wholeNumber(least: number, most: number) {
  return text
    .transform((value, context) => {
      const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
      if (number >= least && number <= most) return number;
      context.addIssue({ code: 'custom', message: `a whole number from ${least} to ${most}` });
      return z.NEVER;
    })
    .meta({ unit: 'whole number' });
}

/** A URL of one of these protocols. */
export function url(protocols: readonly string[], fits: string) {
  return text.refine((value) => protocols.includes(protocolOf(value)), fits).meta({ unit: 'URL' });
}

/** A cron expression. */
export const cron = text
  .refine((value) => {
    try {
      CronExpressionParser.parse(value);
      return true;
    } catch {
      return false;
    }
  }, 'a cron expression of five or six fields, like "0 3 * * *" (UTC)')
  .meta({ unit: 'cron expression' });

/** A factor by which delays grow. */
export const factor = text
  .transform((value, context) => {
    const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
    if (number >= 1 && number <= 100) return number;
    context.addIssue({ code: 'custom', message: 'a number from 1 to 100' });
    return z.NEVER;
  })
  .meta({ unit: 'factor' });

/** A choice, read into true for `on`. */
export const onOrOff = z
  .enum(['on', 'off'], { error: 'on or off' })
  .transform((value) => value === 'on')
  .meta({ unit: 'on or off' });

/** A share in per cent, read into a number from 0 to 1. */
export const percentage = text
  .transform((value, context) => {
    const number = /^\d+(\.\d+)?%$/.test(value) ? Number(value.slice(0, -1)) : Number.NaN;
    if (number > 0 && number <= 100) return number / 100;
    context.addIssue({ code: 'custom', message: 'a share over 0% and up to 100%, like 90%' });
    return z.NEVER;
  })
  .meta({ unit: 'share' });

/** Times of warnings: shares of the zombie threshold, and durations before its end; `none` for none. */
export const warnTimes = text.transform((value, context) => {
  const times = parseWarnTimes(value);
  if (times !== undefined) return times;
  context.addIssue({
    code: 'custom',
    message: 'shares under 100% and durations with commas between, like 50%, 90%, 1d, or none',
  });
  return z.NEVER;
});

/** A folder, or a bucket of an S3-compatible store with a prefix. */
export const archivePlace = text.refine(
  (value) => !/^[a-z0-9]+:\/\//i.test(value) || /^s3:\/\/[^/\s]+(\/\S*)?$/.test(value),
  'a folder, or s3://BUCKET/PREFIX',
);

/** Scheme, host and port of a site, as a browser writes them. */
export const origin = text.transform((value, context) => {
  const found = originOf(value);
  if (found !== undefined) return found;
  context.addIssue({ code: 'custom', message: 'an origin like https://app.example.com' });
  return z.NEVER;
});

/** A URL with `{webhookId}` in it. */
export const linkTemplate = text.refine(
  (value) =>
    /^https?:$/.test(protocolOf(value.replace(/[{}]/g, ''))) && value.includes('{webhookId}'),
  'a URL with {webhookId} in it, like https://example.com/webhooks/{webhookId}',
);

/** Keys of 32 bytes. */
export const keys32 = text
  .transform((value) =>
    value
      .split(',')
      .map((key) => key.trim())
      .filter((key) => key !== ''),
  )
  .refine(
    (keys) => keys.every((key) => Buffer.from(key, 'base64').length === 32),
    'keys like POSTHORN_SECRET_KEY, with commas between',
  );

/** A key of 32 bytes. */
export const key32 = text.refine(
  (value) => Buffer.from(value, 'base64').length === 32,
  'base64 of 32 bytes, as `openssl rand -base64 32` prints it',
);

/** One Redis, or nodes of a Redis Cluster. */
export const redisNodes = text
  .transform((value) => value.split(',').map((node) => node.trim()))
  .refine(
    (nodes) => nodes.every((node) => /^rediss?:$/.test(protocolOf(node))),
    'a URL like redis://host:6379 or rediss://user:password@host:6379, or several with commas between, which name nodes of a Redis Cluster',
  );

/** Values with commas between. */
export const list = text.transform((value) =>
  value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ''),
);

/** Origins with commas between. */
export const origins = list.transform((values, context): readonly string[] => {
  const found = values.map(originOf);
  if (found.every((each) => each !== undefined)) return found;
  context.addIssue({
    code: 'custom',
    message: 'origins like https://app.example.com with commas between, without a path or a *',
  });
  return z.NEVER;
});

/** Ports: `any`, or numbers and ranges with commas between. */
export const ports = text.transform((value, context): readonly PortRange[] => {
  const entries = value.split(',').map((entry) => entry.trim());
  const ranges = value === 'any' ? [EVERY_PORT] : entries.map(portRange);
  if (ranges.every((range) => range !== undefined)) return ranges;
  context.addIssue({
    code: 'custom',
    message:
      'any, or ports and ranges of them from 1 to 65535 with commas between, like 443,8000-8999',
  });
  return z.NEVER;
});

function portRange(entry: string): PortRange | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(entry);
  if (match === null) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  return first >= EVERY_PORT.first && last <= EVERY_PORT.last && first <= last
    ? { first, last }
    : undefined;
}
/** Address ranges with commas between. */
export const cidrs = list
  .refine(
    (ranges) => ranges.every(isCidr),
    'address ranges in CIDR notation with commas between, like 10.0.0.0/8 or 192.168.1.20/32',
  )
  .meta({ unit: 'address ranges' });

function protocolOf(value: string): string {
  return URL.canParse(value) ? new URL(value).protocol : '';
}

/** The origin that a URL is, or undefined where it is more than that. */
function originOf(value: string): string | undefined {
  if (!/^https?:$/.test(protocolOf(value))) return undefined;
  const { origin, href } = new URL(value);
  // A `*` would be taken for a pattern where the origin stands in a policy.
  return href === `${origin}/` && !origin.includes('*') ? origin : undefined;
}
