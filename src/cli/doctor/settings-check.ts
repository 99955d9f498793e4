import type { Settings } from '../../config.js';
import { type Check, fail, ok, warn } from './check.js';

/** The settings that a role needs, beyond those that stop every start. */
export function checkSettings(settings: Settings): Check[] {
  if (settings.databaseUrl === undefined) {
    return [ok('settings', `embedded: all is kept in ${settings.dataDir}`)];
  }
  const { secretKey, apiKey, redisUrl } = settings;
  const make = 'make one with `openssl rand -base64 32`';
  return [
    secretKey === undefined
      ? fail('secret key', 'POSTHORN_SECRET_KEY is not set', `${make}, and keep it`)
      : ok('secret key', 'POSTHORN_SECRET_KEY is set'),
    apiKey === undefined
      ? warn('API key', 'POSTHORN_API_KEY is not set', `the api role needs it: ${make}`)
      : ok('API key', 'POSTHORN_API_KEY is set'),
    redisUrl === undefined
      ? warn('queue', 'REDIS_URL is not set', 'without Redis, run one process only, in all roles')
      : ok('queue', 'Redis'),
  ];
}
