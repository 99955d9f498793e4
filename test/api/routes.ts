import { onTestFinished } from 'vitest';
import { createApiServer } from '../../src/api/server.js';
import type { PosthornOptions } from '../../src/config.js';
import type { Permission } from '../../src/domain/access.js';
import { createLogger } from '../../src/log.js';
import { openTestPosthorn } from '../support/posthorn.js';
import { API_KEY, type ApiBundle, caller } from './setup.js';

/** A route as it was registered. */
export interface Route {
  readonly method: string;
  /** Its path, with `:id` in it. */
  readonly url: string;
  readonly permission: Permission | undefined;
}

/** Posthorn with its API on a free port, and all routes that the API registered. */
export interface WalkedApi extends ApiBundle {
  readonly routes: readonly Route[];
}

/** Opens Posthorn and its API for one test, and collects the routes as they are registered. */
export async function openWalkedApi(overrides: PosthornOptions = {}): Promise<WalkedApi> {
  const bundle = await openTestPosthorn(overrides);
  const { posthorn } = bundle;
  const log = createLogger('silent');
  const server = createApiServer({ posthorn, log, routes: 'all', apiKey: API_KEY });
  onTestFinished(() => server.close());
  const routes: Route[] = [];
  server.addHook('onRoute', ({ method, url, config }) => {
    // What the dashboard is made of has tests of its own.
    if (config?.ofDashboard === true) return;
    for (const one of [method].flat()) {
      routes.push({ method: one, url, permission: config?.permission });
    }
  });
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  return { ...bundle, routes, address, call: caller(address) };
}
