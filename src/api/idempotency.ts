import { createHash } from 'node:crypto';
import type { FastifyContextConfig, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { Settings } from '../config.js';
import type { SecretBox } from '../domain/secret-box.js';
import type { KeyedRequest, RequestAnswers } from '../store/request-answers.js';
import { RequestError } from './problems.js';
import type { ApiScope } from './validation.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * What the header `Idempotency-Key` does on a POST. Every POST that answers 201 or 202 names it.
     *
     * - `recorded`: a request that is sent again gets the answer of the first. Where nobody knows what the
     *   first did, because its process died, it gets a problem that says so.
     * - `repeatable`: the same, but then it is carried out again, because that does no harm: the ledger
     *   knows it by `request.onceId`, or nothing is written.
     * - `none`: nothing, because doing it twice does no harm.
     */
    readonly idempotency?: 'recorded' | 'repeatable' | 'none';
  }

  interface FastifyRequest {
    /** Names a request with an `Idempotency-Key` while it is carried out; null for every other. */
    onceId: string | null;
  }
}

/** The header's name, as requests have it. */
export const IDEMPOTENCY_HEADER = 'idempotency-key';

/** What the header may hold. */
export const IDEMPOTENCY_KEY = /^[\x20-\x7e]{1,255}$/;

/** How long a request counts as under way beside the time limit of an attempt: the slowest verify an endpoint. */
const BUSY_MS = 120_000;

/** What is kept of an answer. */
interface KeptAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** True for a route whose requests may be sent again with the same `Idempotency-Key`. */
export function takesIdempotencyKey({ idempotency = 'none' }: FastifyContextConfig): boolean {
  return idempotency !== 'none';
}

/**
 * Makes requests with an `Idempotency-Key` safe to send again (draft-ietf-httpapi-idempotency-key-header).
 * Call it after the hooks that find out who asks, and before routes are added.
 */
export function addIdempotency(
  api: ApiScope,
  options: {
    readonly requestAnswers: RequestAnswers;
    readonly secretBox: Pick<SecretBox, 'seal' | 'open'>;
    readonly settings: Pick<Settings, 'timeout'>;
  },
): void {
  const { requestAnswers: answers, secretBox, settings } = options;
  api.decorateRequest('onceId', null);
  api.addHook('onRoute', requireChoice);

  api.addHook('preHandler', async (request, reply) => {
    const { config } = request.routeOptions;
    const given = request.headers[IDEMPOTENCY_HEADER];
    if (given === undefined || !takesIdempotencyKey(config)) return;
    const keyed = identify(request, String(given));
    const now = new Date();
    const standing = await answers.begin(keyed, {
      now,
      busyUntil: new Date(now.getTime() + settings.timeout + BUSY_MS),
      repeatable: config.idempotency === 'repeatable',
    });
    switch (standing.kind) {
      case 'begun':
        request.onceId = keyed.id;
        return;
      case 'answered':
        return sendAgain(reply, JSON.parse(secretBox.open(standing.sealed)));
      case 'different':
        throw new RequestError(
          'idempotency_key_reused',
          'another request came with this Idempotency-Key: make a new key for each request',
        );
      case 'busy':
        void reply.header('retry-after', 1);
        throw new RequestError(
          'request_in_progress',
          'the same request is under way: send it again in a moment for its answer',
        );
      case 'unknown':
        throw new RequestError(
          'outcome_unknown',
          'this request was begun before, and what it did is not known: look whether it was done, and where it was not send it with another Idempotency-Key',
        );
      default:
        return standing satisfies never;
    }
  });

  // The answer is kept before it is sent, so that nobody sees one that would not come again.
  api.addHook('onSend', async (request, reply, payload) => {
    const { onceId: id } = request;
    if (id === null) return;
    const { statusCode: status } = reply;
    try {
      if (status >= 500) await answers.giveUp(id, new Date());
      else if (status >= 400) await answers.forget(id);
      else {
        const type = String(reply.getHeader('content-type'));
        const answer: KeptAnswer = { status, type, body: String(payload) };
        await answers.keep(id, secretBox.seal(JSON.stringify(answer)));
      }
    } catch (error) {
      // What was asked is done, and the caller is told; sent again, the request is one of unknown outcome.
      request.log.warn({ error }, 'the answer to a request with an Idempotency-Key is not kept');
    }
  });
}

function requireChoice({ method, url, config, schema }: RouteOptions): void {
  const makes = Object.keys(schema?.response ?? {}).some((status) => /^20[12]$/.test(status));
  if (method !== 'POST' || !makes || config?.idempotency !== undefined) return;
  throw new Error(`the route POST ${url} names no idempotency in its config`);
}

function identify(request: FastifyRequest, given: string): KeyedRequest {
  const { access, method, url, routeOptions, rawBody } = request;
  // The draft has it in quotes, and most clients send it without.
  const key = given.replace(/^"(.*)"$/, '$1');
  if (!IDEMPOTENCY_KEY.test(key)) {
    const detail = 'must be 1 to 255 printable ASCII characters';
    throw new RequestError('validation_failed', `Idempotency-Key ${detail}`, {
      errors: [{ field: 'Idempotency-Key', detail }],
    });
  }
  const { keyId, accountId } = access ?? {};
  const id = hash(JSON.stringify([keyId, accountId, method, routeOptions.url, key]));
  // Salted with the key, which the ledger does not hold, because a body may hold what can be guessed.
  const fingerprint = hash(JSON.stringify([key, url]), rawBody ?? '');
  return { id: `request-${id}`, fingerprint };
}

function hash(...parts: readonly (string | Buffer)[]): string {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part);
  return sum.digest('hex');
}

function sendAgain(reply: FastifyReply, { status, type, body }: KeptAnswer): FastifyReply {
  return reply.code(status).type(type).header('idempotency-replayed', 'true').send(body);
}
