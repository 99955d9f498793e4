import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { openTestApi } from '../api/setup.js';
import { pollUntil } from '../support/poll.js';
import { openTestPosthorn } from '../support/posthorn.js';
import { type Receiver, startReceiver } from '../support/receiver.js';
import { startRedis } from '../support/redis.js';

// What a backend sets up around Posthorn.
const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const backend = provider.getTracer('backend');

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
});

afterAll(async () => {
  trace.disable();
  context.disable();
  await provider.shutdown();
});

beforeEach(() => exporter.reset());

/** A receiver that answers with these statuses in turn, and with the last one from there on. */
async function startAnswering(...statuses: number[]): Promise<Receiver> {
  let next = 0;
  const receiver = await startReceiver({
    respond: () => ({ status: statuses[Math.min(next++, statuses.length - 1)] ?? 200 }),
  });
  onTestFinished(() => receiver.close());
  return receiver;
}

const named = (name: string) => exporter.getFinishedSpans().filter((span) => span.name === name);

const traceIds = (spans: readonly ReadableSpan[]) =>
  new Set(spans.map((span) => span.spanContext().traceId));

test('one trace leads from the producer to the receiver, over a retry and a Redis that lost all', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const { posthorn, ledger } = await openTestPosthorn({
    redisUrl: redis.url,
    retryBase: '10ms',
    sendTraceparent: 'on',
  });
  const receiver = await startAnswering(503, 200);
  const url = `${receiver.url}/path-secret?token=query-secret`;
  const { webhook } = await posthorn.webhooks.register({ url });
  const event = await backend.startActiveSpan('order placed', async (span) => {
    const enqueued = await posthorn.enqueue({ type: 'order.placed', payload: { id: 1 } });
    span.end();
    return enqueued;
  });
  await redis.command('FLUSHALL');
  await posthorn.start(['worker', 'scheduler']);
  await receiver.waitForRequests(2);
  const attempts = await pollUntil(
    () => named('POST webhook'),
    (spans) => spans.length === 2,
  );

  const [producer] = named('order placed');
  const [enqueue] = named('enqueue');
  const traceId = producer?.spanContext().traceId ?? '';
  expect(enqueue?.kind).toBe(SpanKind.PRODUCER);
  expect(enqueue?.parentSpanContext?.spanId).toBe(producer?.spanContext().spanId);
  expect(enqueue?.attributes).toMatchObject({
    'messaging.system': 'posthorn',
    'messaging.message.id': event.id,
    'posthorn.event.type': 'order.placed',
    'posthorn.deliveries': 1,
  });
  expect(traceIds(attempts)).toEqual(new Set([traceId]));
  for (const attempt of attempts) {
    expect(attempt.kind).toBe(SpanKind.CLIENT);
    expect(attempt.parentSpanContext?.spanId).toBe(enqueue?.spanContext().spanId);
  }
  const { port } = new URL(receiver.url);
  const delivery = await ledger.delivery.findFirstOrThrow();
  expect(attempts[0]?.attributes).toEqual({
    'http.request.method': 'POST',
    'url.scheme': 'http',
    'server.address': '127.0.0.1',
    'server.port': Number(port),
    'http.response.status_code': 503,
    'error.type': '503',
    'messaging.message.id': event.id,
    'posthorn.delivery.id': delivery.id,
    'posthorn.webhook.id': webhook.id,
    'posthorn.account.id': 'default',
    'posthorn.event.type': 'order.placed',
    'posthorn.attempt': 1,
  });
  expect(attempts[0]?.status).toEqual({ code: SpanStatusCode.ERROR });
  expect(attempts[1]?.attributes['http.request.resend_count']).toBe(1);
  const spanIds = attempts.map((attempt) => `00-${traceId}-${attempt.spanContext().spanId}-01`);
  expect(receiver.requests.map(({ headers }) => headers.traceparent)).toEqual(spanIds);
  expect(JSON.stringify(attempts.map(({ attributes }) => attributes))).not.toContain('secret');
});

test('a header of POST /v1/events is where the trace began, and receivers do not hear of it', async () => {
  const { posthorn, call, ledger } = await openTestApi();
  const receiver = await startAnswering(200);
  await posthorn.webhooks.register({ url: receiver.url });
  await posthorn.start(['worker']);
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const headers = {
    traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
    tracestate: 'rojo=00f067aa0ba902b7',
  };
  await call('POST', '/v1/events', { json: { type: 'a.b', payload: 1 }, headers });
  const [request] = await receiver.waitForRequests(1);
  const [attempt] = await pollUntil(
    () => named('POST webhook'),
    (spans) => spans.length === 1,
  );
  expect(request?.headers.traceparent).toBeUndefined();
  expect(attempt?.spanContext().traceId).toBe(traceId);
  expect(named('enqueue')[0]?.parentSpanContext?.spanId).toBe('00f067aa0ba902b7');
  const event = await ledger.event.findFirstOrThrow();
  const spanId = named('enqueue')[0]?.spanContext().spanId;
  expect(event.traceparent).toBe(`00-${traceId}-${spanId}-01`);
  expect(event.tracestate).toBe('rojo=00f067aa0ba902b7');
});

test('several events of one call share its span', async () => {
  const { posthorn } = await openTestPosthorn();
  await posthorn.enqueueMany([
    { type: 'a.b', payload: 1 },
    { type: 'a.c', payload: 2 },
  ]);
  const spans = named('enqueue');
  expect(spans.map(({ attributes }) => attributes['messaging.batch.message_count'])).toEqual([2]);
});

test('a call that fails ends its span with an error', async () => {
  const { posthorn, ledger } = await openTestPosthorn();
  await ledger.$executeRaw`ALTER TABLE posthorn.events RENAME COLUMN payload TO elsewhere`;
  await expect(posthorn.enqueue({ type: 'a.b', payload: 1 })).rejects.toThrow();
  const [span] = named('enqueue');
  expect(span?.status.code).toBe(SpanStatusCode.ERROR);
  expect(span?.attributes['error.type']).toBeDefined();
});

test('without an SDK a trace is passed on, and none begins', async () => {
  trace.disable();
  onTestFinished(() => void trace.setGlobalTracerProvider(provider));
  const { posthorn, ledger } = await openTestPosthorn({ sendTraceparent: 'on' });
  const receiver = await startAnswering(200);
  await posthorn.webhooks.register({ url: receiver.url });
  await posthorn.start(['worker']);
  await posthorn.enqueue({ type: 'a.b', payload: 1 });
  await receiver.waitForRequests(1);
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00';
  await posthorn.enqueue({ type: 'a.b', payload: 2 }, { trace: { traceparent } });
  await posthorn.enqueue({ type: 'a.b', payload: 3 }, { trace: { traceparent: 'nonsense' } });
  const requests = await receiver.waitForRequests(3);
  const sent = requests.map(({ json, headers }) => [json, headers.traceparent]);
  expect(
    new Map(sent.map(([json, sentWith]) => [(json as { data: number }).data, sentWith])),
  ).toEqual(
    new Map<number, unknown>([
      [1, undefined],
      [2, traceparent],
      [3, undefined],
    ]),
  );
  const events = await ledger.event.findMany({ orderBy: { id: 'asc' } });
  expect(events.map((event) => event.traceparent)).toEqual([null, traceparent, null]);
  expect(exporter.getFinishedSpans()).toEqual([]);
});
