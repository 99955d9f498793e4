import { type PosthornOptions, SETTINGS } from '../config.js';

/**
 * The demo's settings: an embedded PostgreSQL in `dataDir`, no Redis, and everything that takes hours or
 * months in earnest brought down to a second or so.
 */
export function demoSettings(dataDir: string): PosthornOptions {
  return {
    dataDir,
    allowCidrs: '127.0.0.0/8',
    retryBase: '150ms',
    retryFactor: 2,
    retryCap: '1s',
    // Thirty failures in a row at 30 % do not happen: every delivery to the flaky endpoint succeeds.
    retryAttempts: 30,
    // The dead endpoint is of the tier low. The others get a minute, because a pause of a second between
    // two deliveries says nothing of an endpoint that works.
    zombieAfterLow: '1s',
    zombieAfterStandard: '1m',
    zombieAfterCritical: '1m',
    // The sweep that deactivates the dead endpoint is reported below; as a warning it would say it twice.
    logLevel: 'error',
  };
}

/**
 * Takes every setting of Posthorn's out of an environment, so that a demo never touches the database or
 * the Redis that the shell happens to name.
 */
export function forgetSettings(environment: Record<string, string | undefined>): void {
  for (const { env } of Object.values(SETTINGS)) delete environment[env];
}
