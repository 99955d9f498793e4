import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import type { QueueBackend } from './backend.js';
import { openPostgresBackend } from './postgres-backend.js';
import { openRedisBackend } from './redis-backend.js';

/** Opens the backend that the settings name. */
export function openQueueBackend(options: {
  settings: Pick<Settings, 'redisUrl' | 'queuePrefix'>;
  databaseUrl: string;
  log: Logger;
}): QueueBackend {
  const { settings, databaseUrl, log } = options;
  return settings.redisUrl === undefined
    ? openPostgresBackend({ databaseUrl, log })
    : openRedisBackend({ nodes: settings.redisUrl, prefix: settings.queuePrefix, log });
}
