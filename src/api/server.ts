import { randomUUID } from 'node:crypto';
import { type FastifyBaseLogger, type FastifyInstance, fastify } from 'fastify';
import { MAX_KEY_LENGTH } from '../domain/event.js';
import type { Posthorn } from '../posthorn.js';
import { addAccountRoutes } from './account-routes.js';
import { answerHeaders } from './answer-headers.js';
import { addArchiveRoutes } from './archive-routes.js';
import { addAttemptRoutes } from './attempt-routes.js';
import { checkSameOrigin, createAuthenticator, requireKey } from './authentication.js';
import { addAuthorization, checkPermission } from './authorization.js';
import { addBoardRoutes } from './board-routes.js';
import { addChannelRoutes } from './channel-routes.js';
import { answerConnectionError } from './connection-errors.js';
import { addDashboardRoutes } from './dashboard-routes.js';
import { addDeliveryRoutes } from './delivery-routes.js';
import { answerError, answerUnknownRoute } from './error-answers.js';
import { addEventRoutes } from './event-routes.js';
import { addHealthRoutes } from './health-routes.js';
import { addIdempotency } from './idempotency.js';
import { addIncidentRoutes } from './incident-routes.js';
import { addJsonBodies } from './json-body.js';
import { addKeyRoutes } from './key-routes.js';
import { addMetricsRoutes } from './metrics-routes.js';
import { addOpenApiRoutes } from './openapi-routes.js';
import { collectOperations } from './operations.js';
import { addOverviewRoutes } from './overview-routes.js';
import { addPolicyRoutes } from './policy-routes.js';
import { addPortalLinkRoutes } from './portal-link-routes.js';
import { addPortalRoutes } from './portal-routes.js';
import { createPortalSessions } from './portal-sessions.js';
import { addProcessRoutes } from './process-routes.js';
import { addQueueRoutes } from './queue-routes.js';
import { addReplayRoutes } from './replay-routes.js';
import { RequestLog } from './request-log.js';
import { addRuleRoutes } from './rule-routes.js';
import { addSessionRoutes } from './session-routes.js';
import { createSessions } from './sessions.js';
import { addSettingRoutes } from './setting-routes.js';
import { addStatsRoutes } from './stats-routes.js';
import { addTaskRoutes } from './task-routes.js';
import { answerUnusualRequests } from './unusual-requests.js';
import { serializeWithZod, validateWithZod, type ZodTypeProvider } from './validation.js';
import { addWebhookActionRoutes } from './webhook-action-routes.js';
import { addWebhookHealthRoutes } from './webhook-health-routes.js';
import { addWebhookRoutes } from './webhook-routes.js';
import { addZombieRoutes } from './zombie-routes.js';

/** What the API serves: everything to callers with the key, or only `/healthz`, `/readyz` and `/metrics`. */
export type ApiRoutes =
  | { readonly routes: 'all'; readonly apiKey: string }
  | { readonly routes: 'health' };

export type ApiServerOptions = ApiRoutes & {
  readonly posthorn: Posthorn;
  readonly log: FastifyBaseLogger;
};

/** Largest body of a route that has no limit of its own. */
const BODY_LIMIT = 256 * 1024;

/** How long a request may take to arrive whole. */
const REQUEST_TIMEOUT_MS = 30_000;

/** How long its head alone may take. */
const HEADERS_TIMEOUT_MS = 10_000;

/** How long a connection is kept that nothing is asked on; longer than load balancers keep theirs. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;

/** Largest head of a request, in bytes: its path and its headers. */
const HEAD_LIMIT = 16 * 1024;

/** Longest id in a path, in characters: that of an account, each character of it escaped. */
const MAX_PATH_PART = 3 * MAX_KEY_LENGTH;

/** Makes the HTTP API, not listening yet. Its `close()` lets the requests that it has read end first. */
export function createApiServer(options: ApiServerOptions): FastifyInstance {
  const { posthorn, log } = options;
  const { trustProxy } = posthorn.settings;
  const server = fastify({
    loggerInstance: log,
    logController: new RequestLog(),
    genReqId: () => randomUUID(),
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      maxHeaderSize: HEAD_LIMIT,
      requireHostHeader: false, // see answerUnusualRequests
    },
    routerOptions: { maxParamLength: MAX_PATH_PART },
    trustProxy: trustProxy.length === 0 ? false : [...trustProxy],
    // Whoever sends on an open connection while the server closes is still served, on that one last time.
    return503OnClosing: false,
    frameworkErrors: answerError,
    clientErrorHandler: answerConnectionError,
  });
  server.setValidatorCompiler(validateWithZod);
  server.setSerializerCompiler(serializeWithZod);
  server.setErrorHandler(answerError);
  addJsonBodies(server);

  answerUnusualRequests(server);
  addAuthorization(server);
  const operations = collectOperations(server);

  server.addHook('onResponse', async ({ method, routeOptions }, { statusCode, elapsedTime }) => {
    const seconds = elapsedTime / 1_000;
    posthorn.metrics.requestAnswered({ method, route: routeOptions.url, statusCode, seconds });
  });

  let closing = false;
  server.addHook('preClose', async () => {
    closing = true;
  });
  server.addHook('onSend', async (request, reply) => {
    for (const [name, value] of Object.entries(answerHeaders(request))) {
      // What a route says itself stands.
      if (!reply.hasHeader(name)) void reply.header(name, value);
    }
    // A connection that were kept would hold the close up until it is idle for long enough.
    if (closing) void reply.header('connection', 'close');
  });

  void server.register(async (scope) => {
    addHealthRoutes(scope.withTypeProvider<ZodTypeProvider>(), posthorn);
  });
  if (options.routes === 'health') {
    void server.register(async (scope) => {
      scope.setNotFoundHandler(answerUnknownRoute);
      addMetricsRoutes(scope.withTypeProvider<ZodTypeProvider>(), posthorn);
    });
    return server;
  }

  const authenticator = createAuthenticator({ apiKey: options.apiKey, keys: posthorn.keys });
  const { secretBox, settings } = posthorn;
  const sessions = createSessions({ secretBox, lengthMs: settings.sessionLength });
  const portal = createPortalSessions({ portal: posthorn.portal, authenticator });
  void server.register(async (scope) => {
    await addDashboardRoutes(scope);
    const api = scope.withTypeProvider<ZodTypeProvider>();
    addOpenApiRoutes(scope, { operations });
    addSessionRoutes(api, { authenticator, sessions });
    addPortalRoutes(api, { portal, settings });
  });
  void server.register(async (scope) => {
    scope.addHook(
      'onRequest',
      requireKey({ authenticator, sessions, portal, check: checkSameOrigin }),
    );
    scope.addHook('onRequest', checkPermission);
    await addBoardRoutes(scope, posthorn);
  });
  void server.register(async (scope) => {
    const api = scope.withTypeProvider<ZodTypeProvider>();
    api.setNotFoundHandler(answerUnknownRoute);
    api.addHook('onRequest', requireKey({ authenticator, sessions, portal }));
    api.addHook('onRequest', checkPermission);
    addIdempotency(api, posthorn);
    addOverviewRoutes(api, posthorn);
    addWebhookRoutes(api, posthorn);
    addWebhookActionRoutes(api, posthorn);
    addPortalLinkRoutes(api, posthorn);
    addAccountRoutes(api, posthorn);
    addEventRoutes(api, posthorn);
    addDeliveryRoutes(api, posthorn);
    addAttemptRoutes(api, posthorn);
    addZombieRoutes(api, posthorn);
    addPolicyRoutes(api, posthorn);
    addChannelRoutes(api, posthorn);
    addRuleRoutes(api, posthorn);
    addIncidentRoutes(api, posthorn);
    addStatsRoutes(api, posthorn);
    addWebhookHealthRoutes(api, posthorn);
    addProcessRoutes(api, posthorn);
    addReplayRoutes(api, posthorn);
    addKeyRoutes(api, posthorn);
    addQueueRoutes(api, posthorn);
    addSettingRoutes(api, posthorn);
    addArchiveRoutes(api, posthorn);
    addTaskRoutes(api, posthorn);
    addMetricsRoutes(api, posthorn);
  });
  return server;
}

/** The HTTP API, listening. */
export interface Api {
  /** Where it listens, like `http://127.0.0.1:4400`. */
  readonly address: string;
  /**
   * Listens no more, and resolves when the requests under way are answered; those that are not within
   * `POSTHORN_SHUTDOWN_TIMEOUT` are cut off. May be called twice. Posthorn itself is stopped after it.
   */
  stop(): Promise<void>;
}

/**
 * Starts the HTTP API. Rejects where the port is taken or the address is not this machine's.
 *
 * @param options.port 0 takes a free one
 */
export async function startApi(
  options: ApiServerOptions & { readonly host: string; readonly port: number },
): Promise<Api> {
  const { host, port, posthorn } = options;
  const server = createApiServer(options);
  const address = await server.listen({ host, port });
  let stopped: Promise<void> | undefined;

  async function stop(): Promise<void> {
    const cutOff = setTimeout(
      () => server.server.closeAllConnections(),
      posthorn.settings.shutdownTimeout,
    );
    await server.close();
    clearTimeout(cutOff);
  }

  return {
    address,
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}
