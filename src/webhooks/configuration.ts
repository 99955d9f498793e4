import type { AddressPolicy } from '../domain/address.js';
import { InvalidInputError, refuseField } from '../domain/errors.js';
import {
  assertEventTypePattern,
  compileEventTypes,
  MAX_EVENT_TYPES,
} from '../domain/event-type.js';
import { checkFormat, type FormatInput } from '../domain/format-input.js';
import {
  createNameCheck,
  fitsHeader,
  HEADER_VALUE_FITS,
  isReservedHeader,
  MAX_HEADERS,
} from '../domain/header-rules.js';
import { type PolicyOverrides, readOverrides } from '../domain/policy.js';
import { TIERS, type Tier } from '../domain/tier.js';
import type { UrlRules } from '../domain/url-rules.js';
import { VERIFICATION_METHODS, type VerificationMethod } from '../domain/verification.js';
import { parseWebhookUrl } from '../domain/webhook-url.js';
import type { WebhookConfiguration } from '../store/webhook-configuration.js';

/** What an owner configures of a webhook. */
export interface WebhookInput {
  /** Where events go: http or https, at most 2,048 characters, no credentials in it. */
  readonly url: string;
  /** Event types it wants, exact or with `*` segments, at most 100; every type where left out or empty. */
  readonly eventTypes?: readonly string[] | undefined;
  /** `standard` where left out. */
  readonly tier?: Tier | undefined;
  /** For people, at most 500 characters. */
  readonly description?: string | undefined;
  /**
   * Extra request headers, at most 20, of printable ASCII. They can't replace those that Posthorn sets, nor
   * those of the connection.
   */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Most deliveries in flight at once, 1 to 10,000; null or left out for the setting. */
  readonly maxInFlight?: number | null | undefined;
  /** Most deliveries per second, 0.01 to 10,000; null or left out for no limit. */
  readonly rateLimit?: number | null | undefined;
  /** How its requests look; null or left out for the default of its account. */
  readonly format?: FormatInput | null | undefined;
  /** What it has of its own in place of its tier's policy; a change replaces all of them. */
  readonly overrides?: PolicyOverrides | undefined;
  /** How it shows that it wants what it gets; the setting where left out. A changed URL is asked again. */
  readonly verification?: VerificationMethod | undefined;
}

/** Longest description and longest reason of a deactivation, in characters. */
const MAX_TEXT = 500;
const MOST_IN_FLIGHT = 10_000;
const LEAST_RATE = 0.01;
const MOST_RATE = 10_000;

/**
 * Checks what is given of a configuration and turns it into columns; what is left out stays out. Throws
 * `InvalidUrlError`, `BlockedAddressError`, `InvalidEventTypeError` or `InvalidInputError`.
 */
export function checkConfiguration<Input extends Partial<WebhookInput>>(
  input: Input,
  isAllowed: AddressPolicy,
  urlRules: UrlRules,
): Partial<WebhookConfiguration> {
  assertObject(input);
  const { url, eventTypes, tier, description, headers, maxInFlight, rateLimit, overrides } = input;
  const { verification, format } = input;
  return {
    ...(url === undefined ? {} : { url: parseWebhookUrl(url, isAllowed, urlRules).href }),
    ...(eventTypes === undefined ? {} : checkEventTypes(eventTypes)),
    ...(tier === undefined ? {} : { tier: checkTier(tier) }),
    ...(description === undefined ? {} : { description: checkText('description', description) }),
    ...(headers === undefined ? {} : { headers: checkHeaders(headers) }),
    ...(maxInFlight === undefined ? {} : { maxInFlight: checkMaxInFlight(maxInFlight) }),
    ...(rateLimit === undefined ? {} : { rateLimit: checkRateLimit(rateLimit) }),
    ...(verification === undefined ? {} : { verification: checkVerification(verification) }),
    ...(format === undefined ? {} : { format: format === null ? null : checkFormat(format) }),
    ...(overrides === undefined ? {} : { overrides: { ...readOverrides(overrides) } }),
  };
}

/** Throws `InvalidInputError` where a caller without types hands in something else. */
export function assertObject(input: unknown): void {
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) return;
  throw new InvalidInputError('a webhook must be configured by an object, like { url }');
}

function checkEventTypes(eventTypes: readonly string[]) {
  if (!Array.isArray(eventTypes)) refuseField('eventTypes', 'not a list of event types');
  if (eventTypes.length > MAX_EVENT_TYPES) {
    refuseField('eventTypes', `${eventTypes.length} entries, and at most ${MAX_EVENT_TYPES} fit`);
  }
  for (const pattern of eventTypes) assertEventTypePattern(pattern);
  return { eventTypes: [...eventTypes], eventTypePattern: compileEventTypes(eventTypes) };
}

function checkTier(tier: Tier): Tier {
  if (!TIERS.includes(tier)) refuseField('tier', `not one of ${TIERS.join(', ')}`);
  return tier;
}

function checkVerification(method: VerificationMethod): VerificationMethod {
  if (!VERIFICATION_METHODS.includes(method)) {
    refuseField('verification', `not one of ${VERIFICATION_METHODS.join(', ')}`);
  }
  return method;
}

/** Checks text for people. PostgreSQL holds no NUL, and would change a lone surrogate. */
export function checkText(field: string, text: string): string {
  const fits =
    typeof text === 'string' &&
    text.length <= MAX_TEXT &&
    text.isWellFormed() &&
    !text.includes('\0');
  if (!fits) refuseField(field, `at most ${MAX_TEXT} characters of Unicode fit, none of them NUL`);
  return text;
}

function checkHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  // A Map or a Headers has no entries that are seen below, and would be taken for none at all.
  if (Object.prototype.toString.call(headers) !== '[object Object]') {
    refuseField('headers', 'not a plain object of names and values');
  }
  const entries = Object.entries(headers);
  if (entries.length > MAX_HEADERS) refuseField('headers', `at most ${MAX_HEADERS} fit`);
  const checkName = createNameCheck(isReservedHeader);
  for (const [name, value] of entries) {
    const fault = checkName(name);
    if (fault !== undefined) refuseField('headers', fault);
    if (!fitsHeader(value)) refuseField('headers', `the value of ${name}: ${HEADER_VALUE_FITS}`);
  }
  return Object.fromEntries(entries);
}

function checkMaxInFlight(most: number | null): number | null {
  if (most === null || (Number.isInteger(most) && most >= 1 && most <= MOST_IN_FLIGHT)) return most;
  refuseField('maxInFlight', `not a whole number from 1 to ${MOST_IN_FLIGHT}, or null`);
}

function checkRateLimit(perSecond: number | null): number | null {
  if (perSecond === null) return null;
  const isNumber = typeof perSecond === 'number';
  if (isNumber && perSecond >= LEAST_RATE && perSecond <= MOST_RATE) return perSecond;
  refuseField(
    'rateLimit',
    `not a number of deliveries per second from ${LEAST_RATE} to ${MOST_RATE}, or null`,
  );
}
