import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { pagePolicy } from './dashboard-routes.js';
import { openApiDocument } from './openapi/document.js';
import type { Operation } from './operations.js';

/** Where the build puts the viewer: the same place seen from `src/api` and from `dist/api`. */
const FOLDER = fileURLToPath(new URL('../../dist/reference/', import.meta.url));

/** What the page may load: the dashboard's policy, but that the viewer writes styles into the document. */
const POLICY = pagePolicy().replace("style-src 'self'", "style-src 'self' 'unsafe-inline'");

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>The HTTP API of Posthorn</title>
    <link rel="icon" href="data:," />
  </head>
  <body>
    <div id="reference"></div>
    <script src="/docs/scalar.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

/** Scalar's configuration: nothing that asks another host, and requests as they are sent from a shell. */
const START = `Scalar.createApiReference('#reference', ${JSON.stringify({
  url: '/openapi.json',
  authentication: { preferredSecurityScheme: 'key' },
  defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: 'never',
  agent: { disabled: true },
  mcp: { disabled: true },
})});
`;

// As for the dashboard: neither says anything of what is in the ledger.
const config = { ofDashboard: true } as const;

/**
 * `/openapi.json`: describes the API. `/docs`: shows that to people, with Scalar. Anybody may have both. Call
 * it where the dashboard's routes are, whose way of sending files it uses.
 */
export function addOpenApiRoutes(
  server: FastifyInstance,
  { operations }: { operations: readonly Operation[] },
): void {
  let document: string | undefined;
  server.get('/openapi.json', (_request, reply) => {
    // Only now are all routes known.
    document ??= JSON.stringify(openApiDocument(operations));
    return reply.type('application/json; charset=utf-8').send(document);
  });

  server.get('/docs', { config }, (_request, reply) =>
    reply.header('content-security-policy', POLICY).type('text/html; charset=utf-8').send(PAGE),
  );

  server.get('/docs/start.js', { config }, (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').send(START),
  );

  server.get('/docs/scalar.js', { config }, (_request, reply) =>
    reply.sendFile('scalar.js', FOLDER),
  );
}
