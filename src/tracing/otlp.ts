import type { Tracer } from '@opentelemetry/api';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Logger } from 'pino';
import { settlesWithin } from '../domain/settles-within.js';

/** Sends spans to a collector. */
export interface OtlpTracer {
  readonly tracer: Tracer;
  /** Sends what is left, for a few seconds at most. May be called twice. */
  stop(): Promise<void>;
}

/** How long a collector may take for the last spans, in milliseconds. */
const LAST_SPANS_MS = 3_000;

/** How long a collector that can't be reached is not told of again, in milliseconds. */
const QUIET_MS = 60_000;

/**
 * Opens an SDK of Posthorn's own, which nothing else in the process sees: OTLP over HTTP with JSON, batched,
 * as the standard `OTEL_*` variables say. Its packages are only loaded here.
 */
export async function openOtlpTracer(options: {
  /** Posthorn's, for the resource. */
  version: string;
  log: Logger;
}): Promise<OtlpTracer> {
  const { version, log } = options;
  const [{ BasicTracerProvider, BatchSpanProcessor }, { OTLPTraceExporter }, resources] =
    await Promise.all([
      import('@opentelemetry/sdk-trace-base'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ]);
  const { defaultResource, detectResources, envDetector, resourceFromAttributes } = resources;
  const own = { 'service.name': 'posthorn', 'service.version': version };
  const exporter = tellingFailures(new OTLPTraceExporter(), log);
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes(own))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  let stopped: Promise<unknown> | undefined;
  return {
    tracer: provider.getTracer('posthorn', version),
    async stop() {
      stopped ??= settlesWithin(provider.shutdown(), LAST_SPANS_MS);
      await stopped;
    },
  };
}

/** Spans that no collector takes are lost, and only the log can say so. */
function tellingFailures(exporter: SpanExporter, log: Logger): SpanExporter {
  let toldAt = Number.NEGATIVE_INFINITY;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const { error } = result;
        if (error !== undefined && performance.now() - toldAt > QUIET_MS) {
          toldAt = performance.now();
          log.warn({ error, spans: spans.length }, 'spans could not be exported');
        }
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}
