import { type Command, Option } from 'commander';
import { InvalidInputError } from '../domain/errors.js';
import type { FormatInput } from '../domain/format-input.js';
import { TIERS, type Tier } from '../domain/tier.js';
import { VERIFICATION_METHODS, type VerificationMethod } from '../domain/verification.js';
import type { WebhookInput } from '../webhooks/configuration.js';
import { FORMAT_MEANING, parseFormat } from './format-option.js';
import type { AccountFlags } from './list-options.js';

/** What configures a webhook, on the command line. */
export interface ConfigurationFlags extends AccountFlags {
  /** False for every type. */
  readonly eventType?: string[] | false;
  readonly tier?: Tier;
  readonly description?: string;
  readonly header?: string[] | false;
  readonly maxInFlight?: string;
  readonly rateLimit?: string;
  readonly override?: string[] | false;
  readonly verification?: VerificationMethod;
  /** False for that of its account. */
  readonly format?: FormatInput | false;
}

/** Adds the options that configure a webhook. */
export function withConfiguration(command: Command): Command {
  return command
    .option('--account <id>', 'the account whose webhook it is')
    .option('--event-type <type...>', 'event types it wants, like expense.*; every type if none')
    .addOption(new Option('--tier <tier>', 'how much it matters').choices(TIERS))
    .option('--description <text>', 'for people')
    .option('--header <header...>', 'extra request headers, like "X-Token: abc"')
    .option('--max-in-flight <number>', 'most deliveries in flight at once; none for no limit')
    .option('--rate-limit <number>', 'most deliveries per second; none for no limit')
    .addOption(
      new Option('--verification <method>', 'how it shows that it wants what it gets').choices(
        VERIFICATION_METHODS,
      ),
    )
    .option('--format <format>', FORMAT_MEANING, parseFormat)
    .option('--override <override...>', 'of its policy, like zombieAfter=30d');
}

/** Adds the options that take away what a webhook has. */
export function withRemovals(command: Command): Command {
  return command
    .option('--no-event-type', 'it wants every type')
    .option('--no-header', 'no extra request headers')
    .option('--no-format', 'its requests look as its account says')
    .option('--no-override', 'all of its policy is its tier’s');
}

/** What the options say, as far as they were given. Throws `InvalidInputError`. */
export function readConfiguration(flags: ConfigurationFlags): Partial<WebhookInput> {
  return {
    eventTypes: flags.eventType === false ? [] : flags.eventType,
    tier: flags.tier,
    description: flags.description,
    headers: readPairs(flags.header, readHeader),
    maxInFlight: readLimit(flags.maxInFlight),
    rateLimit: readLimit(flags.rateLimit),
    overrides: readPairs(flags.override, readOverride),
    verification: flags.verification,
    format: flags.format === false ? null : flags.format,
  };
}

/** A number, which the registration checks; null takes the limit away. */
function readLimit(text: string | undefined): number | null | undefined {
  return text === undefined ? undefined : text === 'none' ? null : Number(text);
}

function readPairs<Value>(
  texts: readonly string[] | false | undefined,
  read: (text: string) => [string, Value],
): Record<string, Value> | undefined {
  return texts === undefined ? undefined : Object.fromEntries((texts || []).map(read));
}

function readHeader(text: string): [string, string] {
  const colon = text.indexOf(':');
  if (colon < 1) {
    throw new InvalidInputError(`header ${JSON.stringify(text)} does not fit: use "Name: value"`);
  }
  return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
}

/** `name=value`, where the value may be a number or true or false. */
function readOverride(text: string): [string, unknown] {
  const equals = text.indexOf('=');
  if (equals < 1) {
    throw new InvalidInputError(`override ${JSON.stringify(text)} does not fit: use name=value`);
  }
  const value = text.slice(equals + 1).trim();
  const isPlain = /^(\d+(\.\d+)?|true|false)$/.test(value);
  return [text.slice(0, equals).trim(), isPlain ? JSON.parse(value) : value];
}
