import { formatDuration, parseDuration } from './duration.js';
import { InvalidInputError } from './errors.js';
import type { RetrySchedule } from './retry-schedule.js';
import type { Tier } from './tier.js';
import { formatWarnTime, parseWarnTimes, type WarnTime } from './warning.js';

/** How a webhook is treated: its tier's policy, with what it has of its own in place. */
export interface Policy {
  /** How long it may fail without a success before it is deactivated, in milliseconds. */
  readonly zombieAfterMs: number;
  /** When its owner is warned of that. */
  readonly warnAt: readonly WarnTime[];
  readonly retry: RetrySchedule;
  /** Failed attempts in a row that open its breaker. */
  readonly breakerFailures: number;
  /** The share of failed attempts of late that opens it, from 0 to 1. */
  readonly breakerShare: number;
  /** How long its ended deliveries stay in the tables, in milliseconds. */
  readonly retentionMs: number;
  /** Whether a test that succeeds reactivates it, where Posthorn deactivated it. */
  readonly reactivate: boolean;
}

/** Each tier's policy. */
export type Policies = Readonly<Record<Tier, Policy>>;

/**
 * What a webhook has of its own in place of its tier's policy, written as settings are: durations like `30d`,
 * shares like `90%`. What is left out is its tier's.
 */
export interface PolicyOverrides {
  /** `1h` to `3650d`. */
  readonly zombieAfter?: string | undefined;
  /** Like `50%, 90%, 1d`, or `none`. */
  readonly warnAt?: string | undefined;
  /** `1ms` to `1d`. */
  readonly retryBase?: string | undefined;
  /** 1 to 100. */
  readonly retryFactor?: number | undefined;
  /** `1ms` to `30d`. */
  readonly retryCap?: string | undefined;
  /** 1 to 100. */
  readonly retryAttempts?: number | undefined;
  /** 1 to 100,000. */
  readonly breakerFailures?: number | undefined;
  /** Over `0%` and up to `100%`. */
  readonly breakerShare?: string | undefined;
  /** `2d` to `3650d`. */
  readonly retention?: string | undefined;
  readonly reactivate?: boolean | undefined;
}

/**
 * The same as the ledger keeps it. Statements read `zombieAfterMs`, `warnAt` and `retentionMs`, so their names
 * and units stay.
 */
export interface StoredOverrides {
  readonly zombieAfterMs?: number;
  readonly warnAt?: readonly WarnTime[];
  readonly retryBaseMs?: number;
  readonly retryFactor?: number;
  readonly retryCapMs?: number;
  readonly retryAttempts?: number;
  readonly breakerFailures?: number;
  readonly breakerShare?: number;
  readonly retentionMs?: number;
  readonly reactivate?: boolean;
}

/** How one override is read, written and bounded. */
interface Override {
  readonly stored: keyof StoredOverrides;
  /** Undefined where the value does not fit. */
  readonly read: (given: unknown) => unknown;
  readonly show: (stored: never) => unknown;
  readonly fits: string;
}

const OVERRIDES: Readonly<Record<keyof PolicyOverrides, Override>> = {
  zombieAfter: duration('zombieAfterMs', '1h', '3650d'),
  warnAt: {
    stored: 'warnAt',
    read: (given) => (typeof given === 'string' ? parseWarnTimes(given) : undefined),
    show: showWarnTimes,
    fits: 'shares under 100% and durations with commas between, like 50%, 90%, 1d, or none',
  },
  retryBase: duration('retryBaseMs', '1ms', '1d'),
  retryFactor: number('retryFactor', 1, 100, Number.isFinite, 'a number'),
  retryCap: duration('retryCapMs', '1ms', '30d'),
  retryAttempts: number('retryAttempts', 1, 100, Number.isInteger, 'a whole number'),
  breakerFailures: number('breakerFailures', 1, 100_000, Number.isInteger, 'a whole number'),
  breakerShare: {
    stored: 'breakerShare',
    read: readShare,
    show: formatShare,
    fits: 'a share over 0% and up to 100%, like 90%',
  },
  retention: duration('retentionMs', '2d', '3650d'),
  reactivate: {
    stored: 'reactivate',
    read: (given) => (typeof given === 'boolean' ? given : undefined),
    show: (stored: boolean) => stored,
    fits: 'true or false',
  },
};

function duration(stored: keyof StoredOverrides, least: string, most: string): Override {
  const leastMs = parseDuration(least) ?? 0;
  const mostMs = parseDuration(most) ?? 0;
  return {
    stored,
    read: (given) => {
      const ms = typeof given === 'string' ? parseDuration(given) : undefined;
      return ms !== undefined && ms >= leastMs && ms <= mostMs ? ms : undefined;
    },
    show: formatDuration,
    fits: `a duration from ${least} to ${most}`,
  };
}

function number(
  stored: keyof StoredOverrides,
  least: number,
  most: number,
  isKind: (value: unknown) => boolean,
  kind: string,
): Override {
  return {
    stored,
    read: (given) => {
      const fits = isKind(given) && (given as number) >= least && (given as number) <= most;
      return fits ? given : undefined;
    },
    show: (value: number) => value,
    fits: `${kind} from ${least} to ${most}`,
  };
}

function readShare(given: unknown): number | undefined {
  const match = typeof given === 'string' ? /^(\d+(?:\.\d+)?)%$/.exec(given.trim()) : null;
  const share = Number(match?.[1]) / 100;
  return share > 0 && share <= 1 ? share : undefined;
}

/** A share as settings write it, like `90%`. */
export function formatShare(share: number): string {
  return `${+(share * 100).toFixed(4)}%`;
}

/** Times of warnings as settings write them, like `50%, 1d`. */
export function showWarnTimes(times: readonly WarnTime[]): string {
  return times.map(formatWarnTime).join(', ') || 'none';
}

/** Reads overrides. Throws `InvalidInputError` that names what does not fit. */
export function readOverrides(given: PolicyOverrides): StoredOverrides {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    fail('overrides', `must be an object of ${Object.keys(OVERRIDES).join(', ')}`);
  }
  const stored: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(OVERRIDES, name)) {
      fail(`overrides.${name}`, `is not known here, only ${Object.keys(OVERRIDES).join(', ')}`);
    }
    const override = OVERRIDES[name as keyof PolicyOverrides];
    const read = override.read(value);
    if (read === undefined) fail(`overrides.${name}`, `does not fit: use ${override.fits}`);
    stored[override.stored] = read;
  }
  return stored;
}

/** Overrides as they are given and shown. */
export function showOverrides(stored: StoredOverrides): PolicyOverrides {
  const shown: Record<string, unknown> = {};
  for (const [name, override] of Object.entries(OVERRIDES)) {
    const value = stored[override.stored];
    if (value !== undefined) shown[name] = override.show(value as never);
  }
  return shown;
}

/** The policy of a webhook: its tier's, with its own overrides in place. */
export function policyOf(tierPolicy: Policy, overrides: StoredOverrides): Policy {
  const { retry } = tierPolicy;
  return {
    zombieAfterMs: overrides.zombieAfterMs ?? tierPolicy.zombieAfterMs,
    warnAt: overrides.warnAt ?? tierPolicy.warnAt,
    retry: {
      baseMs: overrides.retryBaseMs ?? retry.baseMs,
      factor: overrides.retryFactor ?? retry.factor,
      capMs: overrides.retryCapMs ?? retry.capMs,
      attempts: overrides.retryAttempts ?? retry.attempts,
    },
    breakerFailures: overrides.breakerFailures ?? tierPolicy.breakerFailures,
    breakerShare: overrides.breakerShare ?? tierPolicy.breakerShare,
    retentionMs: overrides.retentionMs ?? tierPolicy.retentionMs,
    reactivate: overrides.reactivate ?? tierPolicy.reactivate,
  };
}

function fail(field: string, fault: string): never {
  throw new InvalidInputError(`${field} ${fault}`, { details: { [field]: fault } });
}
