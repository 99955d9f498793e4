import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import { InvalidSettingsError } from '../domain/errors.js';
import type { QueueBackend } from './backend.js';
import { openPostgresBackend } from './postgres-backend.js';
import { openRedisBackend } from './redis-backend.js';

/** Opens the backend that the settings name. Throws `InvalidSettingsError`. */
export function openQueueBackend(options: {
  settings: Pick<Settings, 'redisUrl' | 'queuePrefix' | 'shards' | 'workerLock' | 'answerTimeout'>;
  databaseUrl: string;
  log: Logger;
}): QueueBackend {
  const { settings, databaseUrl, log } = options;
  const { redisUrl: nodes, queuePrefix: prefix, shards, workerLock: lockMs } = settings;
  const { answerTimeout: answerTimeoutMs } = settings;
  if (nodes !== undefined) {
    return openRedisBackend({ nodes, prefix, shards, lockMs, answerTimeoutMs, log });
  }
  if (shards > 1) {
    const fault = `is ${shards}, and without REDIS_URL only 1 fits: the database carries the jobs`;
    throw new InvalidSettingsError(`POSTHORN_SHARDS ${fault}`, {
      details: { POSTHORN_SHARDS: fault },
    });
  }
  return openPostgresBackend({ databaseUrl, lockMs, log });
}
