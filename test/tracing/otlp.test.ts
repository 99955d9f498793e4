import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { startNode } from '../support/node-process.js';
import { openTestPosthorn } from '../support/posthorn.js';
import { environment } from '../support/posthorn-process.js';
import { type Receiver, startReceiver } from '../support/receiver.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** What is asserted of a request to a collector, in JSON by the OTLP specification. */
interface ExportRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

interface OtlpSpan {
  readonly traceId: string;
  readonly parentSpanId?: string;
  readonly spanId: string;
  readonly name: string;
}

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string };
}

async function start(respond?: Parameters<typeof startReceiver>[0]): Promise<Receiver> {
  const receiver = await startReceiver(respond);
  onTestFinished(() => receiver.close());
  return receiver;
}

test('posthorn start sends its spans to a collector, the last ones as it stops', async () => {
  const collector = await start();
  const receiver = await start();
  const { posthorn, options } = await openTestPosthorn();
  await posthorn.webhooks.register({ url: receiver.url });
  const node = startNode([MAIN, 'start'], {
    cwd: process.cwd(),
    environment: {
      ...environment({ ...options, logLevel: 'info', port: 0 }),
      POSTHORN_TRACES: 'otlp',
      POSTHORN_SEND_TRACEPARENT: 'on',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_SERVICE_NAME: 'expenses',
      OTEL_BSP_SCHEDULE_DELAY: '60000', // nothing is sent before the stop
    },
  });
  const [, address] = await node.waitForLine(/"address":"([^"]+)".*"msg":"started"/);
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const answer = await fetch(`${address}/v1/events`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${options.apiKey}`,
      'content-type': 'application/json',
      traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
    },
    body: JSON.stringify({ type: 'expense.created', payload: { id: 42 } }),
  });
  expect(answer.status).toBe(202);
  const [request] = await receiver.waitForRequests(1);
  expect(await node.stop()).toBe(0);

  const exported = collector.requests.map(({ json }) => json as ExportRequest);
  expect(collector.requests.map(({ path }) => path)).toContain('/v1/traces');
  const resources = exported.flatMap(({ resourceSpans }) => resourceSpans);
  const spans = resources.flatMap(({ scopeSpans }) => scopeSpans).flatMap((scope) => scope.spans);
  const enqueue = spans.find(({ name }) => name === 'enqueue');
  const attempt = spans.find(({ name }) => name === 'POST webhook');
  expect(enqueue).toMatchObject({ traceId, parentSpanId: '00f067aa0ba902b7' });
  expect(attempt).toMatchObject({ traceId, parentSpanId: enqueue?.spanId });
  expect(request?.headers.traceparent).toBe(`00-${traceId}-${attempt?.spanId}-01`);
  expect(resources[0]?.resource.attributes).toContainEqual({
    key: 'service.name',
    value: { stringValue: 'expenses' },
  });
});

test('a collector that is away is told of once, and keeps nothing from being delivered', async () => {
  const collector = await startReceiver();
  await collector.close();
  const receiver = await start();
  const { posthorn, options } = await openTestPosthorn();
  await posthorn.webhooks.register({ url: receiver.url });
  const node = startNode([MAIN, 'start', '--roles', 'worker,scheduler'], {
    cwd: process.cwd(),
    environment: {
      ...environment({ ...options, logLevel: 'info' }),
      POSTHORN_TRACES: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_TIMEOUT: '500',
      OTEL_BSP_SCHEDULE_DELAY: '10',
    },
  });
  await node.waitForLine(/"msg":"started"/);
  for (const id of [1, 2]) {
    await posthorn.enqueue({ type: 'expense.created', payload: { id } });
    await receiver.waitForRequests(id);
  }
  await node.waitForLine(/"msg":"spans could not be exported"/);
  expect(await node.stop()).toBe(0);
  const told = node.lines.filter((line) => line.includes('spans could not be exported'));
  expect(told).toHaveLength(1);
});
