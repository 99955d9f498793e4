import type { BreakerPolicy } from './domain/breaker.js';
import { InvalidSettingsError } from './domain/errors.js';
import type { RetrySchedule } from './domain/retry-schedule.js';
import { perTier, type Tier } from './domain/tier.js';
import { SETTINGS, type Setting } from './setting-table.js';

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
  /** Each tier's retry schedule. */
  readonly retry: Readonly<Record<Tier, RetrySchedule>>;
  /** When a breaker opens, and for how long. */
  readonly breaker: BreakerPolicy & { readonly windowMs: number };
  /** Each tier's zombie threshold, in milliseconds. */
  readonly zombieAfterMs: Readonly<Record<Tier, number>>;
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
    const { env, schema, fallback } = SETTINGS[name];
    const given = (options[name] ?? environment[env])?.toString() || fallback;
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

/** Settings whose values are never shown. */
const SECRETS: ReadonlySet<SettingName> = new Set([
  'apiKey',
  'secretKey',
  'formerSecretKeys',
  'databaseUrl',
  'redisUrl',
]);

function derived(values: { [Name in SettingName]: ValueOf<Name> }) {
  const attempts = {
    critical: values.retryAttemptsCritical ?? values.retryAttempts,
    standard: values.retryAttempts,
    low: values.retryAttemptsLow ?? values.retryAttempts,
  };
  const { retryBase: baseMs, retryFactor, retryCap: capMs } = values;
  return {
    retry: perTier((tier) => ({ baseMs, factor: retryFactor, capMs, attempts: attempts[tier] })),
    breaker: {
      failures: values.breakerFailures,
      share: values.breakerShare,
      minimum: values.breakerMinimum,
      pauseMs: values.breakerPause,
      longestPauseMs: values.breakerPauseCap,
      windowMs: values.breakerWindow,
    },
    zombieAfterMs: {
      critical: values.zombieAfterCritical,
      standard: values.zombieAfterStandard,
      low: values.zombieAfterLow,
    },
  };
}
