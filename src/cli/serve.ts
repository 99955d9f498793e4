import type { Logger } from 'pino';
import { startApi } from '../api/server.js';
import { InvalidSettingsError } from '../domain/errors.js';
import type { Posthorn } from '../posthorn.js';
import type { ProcessRole } from './start-flags.js';

/** The API in the api role; in the others its health routes alone, where a port is set for them. */
export async function serve(posthorn: Posthorn, roles: readonly ProcessRole[], log: Logger) {
  const { host, port, healthPort } = posthorn.settings;
  const { apiKey } = posthorn.installation;
  if (!roles.includes('api')) {
    if (healthPort === undefined) return undefined;
    const options = { posthorn, log, routes: 'health', host, port: healthPort } as const;
    return startApi(options).catch((cause) =>
      refuse(cause, 'POSTHORN_HEALTH_PORT', host, healthPort),
    );
  }
  if (apiKey === undefined) {
    throw new InvalidSettingsError(
      'POSTHORN_API_KEY is needed in the api role: at least 16 characters',
      {
        hint: 'make one with: openssl rand -base64 32',
      },
    );
  }
  const options = { posthorn, log, routes: 'all', apiKey, host, port } as const;
  const api = await startApi(options).catch((cause) => refuse(cause, 'PORT', host, port));
  posthorn.processes.announce('api');
  return api;
}

function refuse(cause: unknown, setting: string, host: string, port: number): never {
  throw new InvalidSettingsError(
    `can't listen on ${host}, port ${port}: ${cause instanceof Error ? cause.message : cause}`,
    { hint: `set ${setting} (or HOST) to an address that is free`, cause },
  );
}
