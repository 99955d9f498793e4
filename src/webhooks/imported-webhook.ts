import { InvalidInputError, refuseField } from '../domain/errors.js';
import type { WebhookPast } from '../store/webhook-import.js';
import { checkText, type WebhookInput } from './configuration.js';

/** A time, or its text in ISO 8601 with its zone: `2026-03-01T10:00:00Z`, `2026-03-01 10:00:00+02`. */
export type ImportedTime = Date | string;

/**
 * A webhook as another system kept it: what is configured of it, and its past. Null stands for a field that
 * is left out, as a query has it.
 */
export interface ImportedWebhook extends WebhookInput {
  /** `default` where left out. */
  readonly accountId?: string | undefined;
  /**
   * What the other system knows it by, at most 200 characters; its URL where left out. With its account and
   * `createdAt` it makes the webhook's id, so that the same row is imported once.
   */
  readonly externalId?: string | undefined;
  /** What its receiver verifies with; a new one, which the receiver has to be given, where left out. */
  readonly secret?: string | undefined;
  readonly createdAt: ImportedTime;
  /** True where left out. One that is not is as if its owner had deactivated it. */
  readonly active?: boolean | undefined;
  readonly lastSuccess?: ImportedTime | undefined;
  readonly lastFailure?: ImportedTime | undefined;
  readonly lastError?: string | undefined;
  /** Failed attempts since the last success; 0 where left out. With more, the zombie rule looks at it. */
  readonly consecutiveFailures?: number | undefined;
}

/** Every field, held to the type above. */
const FIELDS: Readonly<Record<keyof ImportedWebhook, true>> = {
  url: true,
  eventTypes: true,
  tier: true,
  description: true,
  headers: true,
  maxInFlight: true,
  rateLimit: true,
  format: true,
  overrides: true,
  verification: true,
  accountId: true,
  externalId: true,
  secret: true,
  createdAt: true,
  active: true,
  lastSuccess: true,
  lastFailure: true,
  lastError: true,
  consecutiveFailures: true,
};

const MOST_FAILURES = 2_147_483_647;

/** A row without the fields that are null. Throws `InvalidInputError` for what is none, or has an unknown field. */
export function readRow(row: unknown): ImportedWebhook {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    throw new InvalidInputError('not an object, like {"url": …, "createdAt": …}');
  }
  const given = Object.entries(row).filter(([, value]) => value !== null);
  const unknown = given.find(([name]) => !Object.hasOwn(FIELDS, name));
  if (unknown !== undefined) {
    refuseField(unknown[0], `no such field; there are ${Object.keys(FIELDS).join(', ')}`);
  }
  return Object.fromEntries(given) as unknown as ImportedWebhook;
}

/** The past of a row, as columns. Throws `InvalidInputError` where it can't have been so. */
export function readPast(row: ImportedWebhook, now: Date): WebhookPast {
  const { active = true, consecutiveFailures = 0, lastError } = row;
  if (typeof active !== 'boolean') refuseField('active', 'not a boolean');
  const fits = Number.isInteger(consecutiveFailures) && consecutiveFailures >= 0;
  if (!fits || consecutiveFailures > MOST_FAILURES) {
    refuseField('consecutiveFailures', `not a whole number from 0 to ${MOST_FAILURES}`);
  }
  const createdAt = readTime('createdAt', row.createdAt, now);
  if (createdAt === null) refuseField('createdAt', 'is needed: zombies are judged by it');
  const lastSuccess = readTime('lastSuccess', row.lastSuccess, now);
  const lastFailure = readTime('lastFailure', row.lastFailure, now);
  const fails = consecutiveFailures > 0;
  if (fails && lastFailure !== null && lastSuccess !== null && lastFailure < lastSuccess) {
    refuseField('consecutiveFailures', 'must be 0 where the last success is the later one');
  }
  return {
    createdAt,
    activeSince: createdAt,
    active,
    ...(active ? {} : { deactivatedAt: now, deactivationReason: 'owner', ...INACTIVE }),
    lastSuccess,
    lastFailure,
    lastError: lastError === undefined ? null : checkText('lastError', lastError),
    failingSince: fails ? (lastFailure ?? now) : null,
    consecutiveFailures,
  };
}

const INACTIVE = { deactivationDetail: 'it was inactive where it was imported from' };

/** Date, and time with its zone: without one it would be read as this machine's. */
const TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)$/;

function readTime(field: string, given: ImportedTime | undefined, now: Date): Date | null {
  if (given === undefined) return null;
  const at = given instanceof Date ? given : parseTime(given);
  if (at === undefined || Number.isNaN(at.getTime())) {
    refuseField(field, 'not a time of ISO 8601 with its zone, like 2026-03-01T10:00:00Z');
  }
  if (at > now || at.getTime() < 0) refuseField(field, 'not a time between 1970 and now');
  return at;
}

function parseTime(text: string): Date | undefined {
  if (typeof text !== 'string' || !TIME.test(text)) return undefined;
  // PostgreSQL writes a space, and zones of full hours without their minutes.
  return new Date(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'));
}
