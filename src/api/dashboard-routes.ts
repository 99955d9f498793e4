import { fileURLToPath } from 'node:url';
import { fastifyStatic } from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { RequestError } from './problems.js';

/** Where the build puts the dashboard: the same place seen from `src/api` and from `dist/api`. */
const FOLDER = fileURLToPath(new URL('../../dist/dashboard/', import.meta.url));

/** The paths of the dashboard's pages. Each is answered with the same document, which shows the page. */
const PAGES = [
  '',
  'webhooks',
  'deliveries',
  'zombies',
  'alerts',
  'archive',
  'keys',
  'settings',
  'queues',
  'sign-in',
] as const;

/**
 * What the pages may load: what Posthorn serves, and nothing that is written into the document.
 *
 * @param framedBy origins of the pages that may show this one in an iframe
 */
export function pagePolicy(framedBy: readonly string[] = []): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${framedBy.join(' ') || "'none'"}`,
  ].join('; ');
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True for what the dashboard itself is made of, which anybody may have. */
    readonly ofDashboard?: boolean;
  }
}

/** What the build names its files. */
const FILE_NAME = /^[\w-]+\.\w+$/;

const POLICY = pagePolicy();

const config = { ofDashboard: true } as const;

/** The dashboard: its document under the path of each page, and its files under `/assets`. */
export async function addDashboardRoutes(server: FastifyInstance): Promise<void> {
  await server.register(fastifyStatic, { root: FOLDER, serve: false, preCompressed: true });

  for (const page of PAGES) {
    for (const path of page === '' ? ['/'] : [`/${page}`, `/${page}/:id`]) {
      server.get(path, { config }, (_request, reply) =>
        reply
          .header('content-security-policy', POLICY)
          .header('cache-control', 'no-cache')
          .sendFile('index.html', { cacheControl: false }),
      );
    }
  }

  // Their names change with their contents.
  server.get<{ Params: { file: string } }>('/assets/:file', { config }, (request, reply) => {
    const { file } = request.params;
    if (!FILE_NAME.test(file)) {
      throw new RequestError('route_not_found', `there is no file ${file}`);
    }
    return reply.sendFile(`assets/${file}`, { maxAge: '365d', immutable: true });
  });
}
