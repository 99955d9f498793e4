import { fastifyStatic } from '@fastify/static';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { mayDo } from '../domain/access.js';
import { UnauthorizedError } from '../domain/errors.js';
import type { Posthorn } from '../posthorn.js';
import { answerError, answerUnknownRoute } from './error-answers.js';

/** Where Bull Board is. */
const PATH = '/queues/board/';

/** What its pages may load: what Posthorn serves, and the styles that they are known to write into the document. */
const policy = (styleSources: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' ${styleSources}`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

const look = { ofDashboard: true, permission: 'queues:read' } as const;
const change = { ofDashboard: true, permission: 'queues:write' } as const;

interface Wildcard {
  readonly Params: { readonly '*': string };
}

/** Files whose names change with their contents. */
const NAMED_BY_CONTENTS = /\.[0-9a-f]{10}\.(js|css)$/;

/** Bull Board, for keys of every account: a viewer's looks, others' can do what harms no delivery. */
export async function addBoardRoutes(
  server: FastifyInstance,
  { queueBoard }: Pick<Posthorn, 'queueBoard'>,
): Promise<void> {
  // Whoever opens it without a session is shown the way in.
  server.setErrorHandler((error, request, reply) => {
    const isPage = request.method === 'GET' && request.headers.accept?.includes('text/html');
    if (error instanceof UnauthorizedError && isPage) return reply.redirect('/queues');
    return answerError(error, request, reply);
  });
  await server.register(fastifyStatic, { serve: false });

  server.get('/queues/board', { config: look }, (_request, reply) => reply.redirect(PATH));

  // Its pages find their way by their path themselves.
  for (const url of [PATH, `${PATH}*`]) {
    server.get(url, { config: look }, async (request, reply) => {
      const board = await queueBoard.open();
      return reply
        .header('content-security-policy', policy(board.styleSources))
        .header('cache-control', 'no-cache')
        .type('text/html; charset=utf-8')
        .send(board.document(PATH, accessOf(request)));
    });
  }

  server.get<Wildcard>(`${PATH}static/*`, { config: look }, async (request, reply) => {
    const { staticFolder } = await queueBoard.open();
    const file = request.params['*'];
    const caching = NAMED_BY_CONTENTS.test(file) ? { maxAge: '365d', immutable: true } : {};
    return reply.removeHeader('cache-control').sendFile(file, staticFolder, caching);
  });

  for (const [methods, config] of [
    [['GET'], look],
    [['PUT', 'PATCH', 'POST'], change],
  ] as const) {
    server.route<Wildcard>({
      method: [...methods],
      url: `${PATH}api/*`,
      config,
      handler: async (request, reply) => {
        const board = await queueBoard.open();
        const { method, query, body } = request;
        const path = `/api/${request.params['*']}`;
        const asked = { method, path, query: query as Record<string, unknown>, body };
        const answer = await board.answer(asked, accessOf(request));
        if (answer === undefined) return answerUnknownRoute(request, reply);
        return reply.code(answer.status).send(answer.body);
      },
    });
  }
}

function accessOf({ access }: FastifyRequest): 'look' | 'change' {
  return access !== null && mayDo(access, 'queues:write') ? 'change' : 'look';
}
