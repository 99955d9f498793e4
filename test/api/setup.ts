import { onTestFinished } from 'vitest';
import { startApi } from '../../src/api/server.js';
import type { PosthornOptions } from '../../src/config.js';
import { newId } from '../../src/domain/id.js';
import { createLogger } from '../../src/log.js';
import type { PosthornDependencies } from '../../src/posthorn.js';
import { openTestPosthorn, type PosthornBundle } from '../support/posthorn.js';

/** The key that the API of a test takes. */
export const API_KEY = 'test-key-0123456789';

/** An answer of the API. */
export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  /** The body as JSON; an empty object where there is none. */
  readonly body: Body;
}

interface CallOptions {
  /** The body as JSON; none where left out. */
  readonly json?: unknown;
  /** The body as it is. */
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  /** Besides the key, and the content type where a body is given. */
  readonly headers?: Record<string, string>;
}

/** Calls the API with the key. */
export type Call = <Body = Record<string, unknown>>(
  method: string,
  path: string,
  options?: CallOptions,
) => Promise<Answer<Body>>;

/** Posthorn with its API on a free port. */
export interface ApiBundle extends PosthornBundle {
  readonly address: string;
  readonly call: Call;
}

/** Opens Posthorn and its API for one test. */
export async function openTestApi(
  overrides: PosthornOptions = {},
  dependencies: PosthornDependencies = {},
): Promise<ApiBundle> {
  const bundle = await openTestPosthorn(overrides, dependencies);
  const api = await startApi({
    posthorn: bundle.posthorn,
    log: dependencies.log ?? createLogger('silent'),
    routes: 'all',
    apiKey: API_KEY,
    host: '127.0.0.1',
    port: 0,
  });
  onTestFinished(() => api.stop());
  return { ...bundle, address: api.address, call: caller(api.address) };
}

/** @param address where the API listens */
export function caller(address: string): Call {
  return async (method, path, { json, raw, headers = {} } = {}) => {
    const body = json === undefined ? raw : JSON.stringify(json);
    const response = await fetch(`${address}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${API_KEY}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text || '{}') : {},
    };
  };
}

/** A webhook as the API answers it, as far as tests read it. */
export interface WebhookBody {
  readonly id: string;
  readonly secret: string;
  readonly [field: string]: unknown;
}

/** Registers a webhook that nothing is delivered to. */
export async function register(
  call: Call,
  input: Readonly<Record<string, unknown>> = {},
): Promise<WebhookBody> {
  const json = { url: 'https://hooks.example.com/posthorn', ...input };
  const { status, body } = await call<WebhookBody>('POST', '/v1/webhooks', { json });
  if (status !== 201) throw new Error(`not registered: ${JSON.stringify(body)}`);
  return body;
}

/** A key as the API answers it once. */
export interface KeyBody {
  readonly id: string;
  readonly key: string;
  readonly [field: string]: unknown;
}

/** Makes an API key. */
export async function makeKey(
  call: Call,
  input: { role: string; accountId?: string; name?: string },
): Promise<KeyBody> {
  const json = { name: 'test', ...input };
  const { status, body } = await call<KeyBody>('POST', '/v1/keys', { json });
  if (status !== 201) throw new Error(`not made: ${JSON.stringify(body)}`);
  return body;
}

/** The header that carries a key. */
export function bearing(key: string): Record<string, string> {
  return { authorization: `Bearer ${key}` };
}

/** An attempt as a worker would record it. @returns its id */
export async function makeAttempt(
  { posthorn, ledger }: Pick<PosthornBundle, 'posthorn' | 'ledger'>,
  deliveryId: string,
): Promise<string> {
  const { webhookId } = await posthorn.deliveries.get(deliveryId);
  const startedAt = new Date();
  const id = newId('att_', startedAt);
  await ledger.attempt.create({
    data: {
      id,
      deliveryId,
      webhookId,
      number: 1,
      outcome: 'timeout',
      startedAt,
      durationMs: 15_000,
    },
  });
  return id;
}

/** An alert rule with an open incident of a webhook. */
export async function makeIncident(
  { posthorn, ledger }: Pick<PosthornBundle, 'posthorn' | 'ledger'>,
  webhookId: string,
  accountId?: string,
): Promise<{ readonly ruleId: string; readonly incidentId: string }> {
  const { id: ruleId, accountId: account } = await posthorn.alerts.rules.create({
    name: 'given up',
    metric: 'exhaustedDeliveries',
    comparison: 'above',
    threshold: 0,
    accountId,
  });
  const openedAt = new Date();
  const incidentId = newId('inc_', openedAt);
  await ledger.incident.create({
    data: {
      id: incidentId,
      accountId: account,
      ruleId,
      subject: webhookId,
      webhookId,
      openedAt,
      value: 1,
      lastValue: 1,
    },
  });
  return { ruleId, incidentId };
}
