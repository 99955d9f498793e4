import type { BreakerPolicy } from './domain/breaker.js';
import { InvalidSettingsError } from './domain/errors.js';
import type { Policies } from './domain/policy.js';
import { perTier } from './domain/tier.js';
import { SETTINGS, type Setting } from './setting-table.js';
import { unitOf } from './setting-values.js';

export { SETTINGS } from './setting-table.js';

type SettingName = keyof typeof SETTINGS;

/** Settings by their names in code, as text or as a number: what `createPosthorn` takes. */
export type PosthornOptions = { readonly [Name in SettingName]?: string | number | undefined };

type ValueOf<Name extends SettingName> =
  (typeof SETTINGS)[Name] extends Setting<infer Value, infer Fallback>
    ? Value | (Fallback extends string ? never : undefined)
    : never;

/** All settings as read and checked, with what follows from several of them. */
export type Settings = { readonly [Name in SettingName]: ValueOf<Name> } & {
  /** How each tier's webhooks are treated, where they have no overrides. */
  readonly policies: Policies;
  /** Of every tier: when a breaker opens besides, and for how long. */
  readonly breaker: Omit<BreakerPolicy, 'failures' | 'share'> & { readonly windowMs: number };
};

/**
 * Reads the settings. An option stands before the environment; an empty value counts as not given, so
 * that an empty option hides what the environment says.
 * Throws `InvalidSettingsError` that names every setting at fault, what was given and what fits.
 */
export function readSettings(
  options: PosthornOptions = {},
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Settings {
  const faults: Record<string, string> = {};
  for (const name of Object.keys(options)) {
    if (!(name in SETTINGS)) faults[name] = `no setting has this name`;
  }
  const read = <Name extends SettingName>(name: Name): unknown => {
    const { env, schema } = SETTINGS[name];
    const { text: given } = textOf(name, options, environment);
    if (given === undefined) return undefined;
    const result = schema.safeParse(given);
    if (result.success) return result.data;
    const shown = SECRETS.has(name) ? 'what was given' : JSON.stringify(given);
    faults[env] = `${shown} does not fit: use ${result.error.issues[0]?.message}`;
    return undefined;
  };
  const names = Object.keys(SETTINGS) as SettingName[];
  const values = Object.fromEntries(names.map((name) => [name, read(name)])) as {
    [Name in SettingName]: ValueOf<Name>;
  };
  const messages = Object.entries(faults).map(([name, fault]) => `${name}: ${fault}`);
  if (messages.length > 0) {
    throw new InvalidSettingsError(messages.join('; '), { details: faults });
  }
  return { ...values, ...derived(values) };
}

/** A setting's text: what was given, or else its default. */
function textOf(
  name: SettingName,
  options: PosthornOptions,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly text: string | undefined; readonly given: boolean } {
  const { env, fallback } = SETTINGS[name];
  const given = (options[name] ?? environment[env])?.toString() || undefined;
  return { text: given ?? fallback, given: given !== undefined };
}

/** A setting as it is in force, for people. */
export interface SettingInForce {
  /** The environment variable. */
  readonly name: string;
  /** Its name in the options of `createPosthorn`. */
  readonly option: string;
  /** In the form in which it is given; null where there is none, and of a secret always. */
  readonly value: string | null;
  /** In the same form; null where it may be left out. */
  readonly default: string | null;
  /** True where an option or the environment gives it. */
  readonly given: boolean;
  readonly secret: boolean;
  /** Like `duration`; null for plain text. */
  readonly unit: string | null;
  /** What it means, in a sentence. */
  readonly meaning: string;
}

/** All settings as they are in force where `readSettings` reads them. No secret is in it. */
export function settingsInForce(
  options: PosthornOptions = {},
  environment: Readonly<Record<string, string | undefined>> = process.env,
): readonly SettingInForce[] {
  return (Object.keys(SETTINGS) as SettingName[]).map((option) => {
    const { env: name, schema, fallback, meaning } = SETTINGS[option];
    const { text, given } = textOf(option, options, environment);
    const secret = SECRETS.has(option);
    return {
      name,
      option,
      value: secret || text === undefined ? null : withoutCredentials(text),
      default: fallback ?? null,
      given,
      secret,
      unit: unitOf(schema) ?? null,
      meaning,
    };
  });
}

/** A URL may carry a user and a password, which may have an `@` in it. */
function withoutCredentials(text: string): string {
  return text.replace(/\/\/[^/?#\s]+@/g, '//…@');
}

/** Settings whose values are never shown. */
const SECRETS: ReadonlySet<SettingName> = new Set([
  'apiKey',
  'secretKey',
  'formerSecretKeys',
  'databaseUrl',
  'redisUrl',
  'smtpUrl',
]);

function derived(values: { [Name in SettingName]: ValueOf<Name> }) {
  /** What a tier has of its own, or else what holds for all. */
  const own = <Value>(all: Value, critical: Value | undefined, low: Value | undefined) => ({
    critical: critical ?? all,
    standard: all,
    low: low ?? all,
  });
  const base = own(values.retryBase, values.retryBaseCritical, values.retryBaseLow);
  const factor = own(values.retryFactor, values.retryFactorCritical, values.retryFactorLow);
  const cap = own(values.retryCap, values.retryCapCritical, values.retryCapLow);
  const attempts = own(values.retryAttempts, values.retryAttemptsCritical, values.retryAttemptsLow);
  const failures = own(
    values.breakerFailures,
    values.breakerFailuresCritical,
    values.breakerFailuresLow,
  );
  const share = own(values.breakerShare, values.breakerShareCritical, values.breakerShareLow);
  const warnAt = own(values.warnAt, values.warnAtCritical, values.warnAtLow);
  const retention = own(values.retention, values.retentionCritical, values.retentionLow);
  const zombieAfter = own(
    values.zombieAfterStandard,
    values.zombieAfterCritical,
    values.zombieAfterLow,
  );
  return {
    policies: perTier((tier) => ({
      zombieAfterMs: zombieAfter[tier],
      warnAt: warnAt[tier],
      retry: {
        baseMs: base[tier],
        factor: factor[tier],
        capMs: cap[tier],
        attempts: attempts[tier],
      },
      breakerFailures: failures[tier],
      breakerShare: share[tier],
      retentionMs: retention[tier],
      reactivate: values.reactivate,
    })),
    breaker: {
      minimum: values.breakerMinimum,
      pauseMs: values.breakerPause,
      longestPauseMs: values.breakerPauseCap,
      windowMs: values.breakerWindow,
    },
  };
}
