import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import {
  type Access,
  type AccountScope,
  assertMayDo,
  type Permission,
  scopeTo,
} from '../domain/access.js';
import type { Actor } from '../domain/notice.js';
import type { Caller } from './authentication.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a key must be allowed to do on this route. Every route under `/v1` names it. */
    readonly permission?: Permission;
  }

  interface FastifyRequest {
    /** Who calls, and what that one may do; null where the route needs no key. */
    access: Caller | null;
    /**
     * The account that the request is about: the one that it names (`given`), or else the key's; empty for
     * every account. The one way in which a route learns it. Throws `ForbiddenError` where a key of one
     * account names another.
     */
    scope(given: string | undefined): AccountScope;
    /** Who asks, for the history of what is changed: the key's id, or `portal`. */
    actor(): Actor;
  }
}

/**
 * Gives requests their `access` and `scope`, and refuses routes under `/v1` that don't say which permission
 * they need, so that nobody can forget it. Call it before routes are added.
 */
export function addAuthorization(server: FastifyInstance): void {
  server.decorateRequest('access', null);
  server.decorateRequest('scope', function (this: FastifyRequest, given: string | undefined) {
    return scopeTo(accessOf(this), given);
  });
  server.decorateRequest('actor', function (this: FastifyRequest) {
    return accessOf(this).keyId as Actor;
  });
  server.addHook('onRoute', requirePermission);
}

/** Lets a request on whose key has the permission that its route names. Throws `ForbiddenError`. */
export async function checkPermission(request: FastifyRequest): Promise<void> {
  // Where there is no route there is nothing to be allowed, and the answer says so.
  if (request.is404) return;
  const { permission } = request.routeOptions.config;
  if (permission === undefined) throw new Error(`${request.routeOptions.url} needs no permission`);
  assertMayDo(accessOf(request), permission);
}

function requirePermission({ method, url, config }: RouteOptions): void {
  if (!/^\/v1(\/|$)/.test(url) || config?.permission !== undefined) return;
  throw new Error(`the route ${method} ${url} names no permission in its config`);
}

function accessOf({ access, routeOptions }: FastifyRequest): Access {
  if (access === null) throw new Error(`${routeOptions.url} asks for a key's access without a key`);
  return access;
}
