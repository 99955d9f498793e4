import {
  type Attributes,
  type Context,
  context,
  createTraceState,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { AttemptResult } from './domain/outcome.js';
import type { TraceContext } from './domain/trace-context.js';

/** What a span says of a call that enqueues. */
export interface EnqueueFacts {
  readonly events: readonly { readonly type: string; readonly accountId: string }[];
  /** Where it began; the active span where undefined. */
  readonly parent: TraceContext | undefined;
}

/** What a span says of an attempt. */
export interface AttemptFacts {
  readonly deliveryId: string;
  readonly eventId: string;
  readonly webhookId: string;
  readonly accountId: string;
  readonly eventType: string;
  readonly url: string;
  /** 1 for the first. */
  readonly number: number;
  /** What is kept with the event. */
  readonly parent: TraceContext | null;
}

/**
 * Spans of what is done for an event, from its producer to its receivers. Where no OpenTelemetry SDK listens
 * they cost next to nothing, and a trace that began elsewhere is only passed on.
 */
export interface Tracing {
  /**
   * Runs a call that enqueues in a span. The work is given what is kept with its events: the span, or what
   * it would be a child of; null where there is neither.
   */
  enqueue<Written extends { readonly id: string; readonly deliveryCount: number }>(
    facts: EnqueueFacts,
    work: (kept: TraceContext | null) => Promise<readonly Written[]>,
  ): Promise<readonly Written[]>;
  /**
   * Runs an attempt in a span of the event's trace. The work is given the headers that tell the receiver of
   * it: none, unless they are wanted.
   */
  attempt(
    facts: AttemptFacts,
    work: (headers: Readonly<Record<string, string>>) => Promise<AttemptResult>,
  ): Promise<AttemptResult>;
}

/**
 * @param options.tracer makes the spans
 * @param options.sendsTraceparent whether deliveries carry `traceparent`
 */
export function createTracing(options: { tracer: Tracer; sendsTraceparent: boolean }): Tracing {
  const { tracer, sendsTraceparent } = options;

  return {
    enqueue(facts, work) {
      const parent = facts.parent === undefined ? context.active() : toContext(facts.parent);
      const span = tracer.startSpan('enqueue', { kind: SpanKind.PRODUCER }, parent);
      return inSpan(span, async () => {
        const written = await work(toTraceContext(span));
        if (span.isRecording()) span.setAttributes(enqueueAttributes(facts, written));
        return written;
      });
    },
    attempt(facts, work) {
      const parent = facts.parent === null ? ROOT_CONTEXT : toContext(facts.parent);
      const span = tracer.startSpan('POST webhook', { kind: SpanKind.CLIENT }, parent);
      return inSpan(span, async () => {
        if (span.isRecording()) span.setAttributes(attemptAttributes(facts));
        const result = await work(sendsTraceparent ? headersOf(span) : {});
        if (span.isRecording()) tellOutcome(span, result);
        return result;
      });
    },
  };
}

/** The global tracer, which an SDK of the process around Posthorn may listen to. */
export function globalTracer(version: string): Tracer {
  return trace.getTracer('posthorn', version);
}

async function inSpan<Result>(span: Span, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const name = error instanceof Error ? error.name : 'unknown';
    span.setAttribute('error.type', name).setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

/** By the conventions for messaging; ids and types, never a payload. */
function enqueueAttributes(
  { events }: EnqueueFacts,
  written: readonly { readonly id: string; readonly deliveryCount: number }[],
): Attributes {
  const [event] = events;
  const one = events.length === 1 && event !== undefined;
  return {
    'messaging.system': 'posthorn',
    'messaging.operation.name': 'enqueue',
    'messaging.operation.type': 'send',
    ...(one
      ? {
          'messaging.message.id': written[0]?.id,
          'posthorn.event.type': event.type,
          'posthorn.account.id': event.accountId,
        }
      : { 'messaging.batch.message_count': events.length }),
    'posthorn.deliveries': written.reduce((sum, { deliveryCount }) => sum + deliveryCount, 0),
  };
}

/** By the conventions for HTTP clients, less the path and the query of the URL, which may be secret. */
function attemptAttributes(facts: AttemptFacts): Attributes {
  const { protocol, hostname, port } = new URL(facts.url);
  return {
    'http.request.method': 'POST',
    'url.scheme': protocol.slice(0, -1),
    'server.address': hostname,
    'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
    ...(facts.number > 1 ? { 'http.request.resend_count': facts.number - 1 } : {}),
    'messaging.message.id': facts.eventId,
    'posthorn.delivery.id': facts.deliveryId,
    'posthorn.webhook.id': facts.webhookId,
    'posthorn.account.id': facts.accountId,
    'posthorn.event.type': facts.eventType,
    'posthorn.attempt': facts.number,
  };
}

function tellOutcome(span: Span, { outcome }: AttemptResult): void {
  if (outcome.statusCode !== null) {
    span.setAttribute('http.response.status_code', outcome.statusCode);
  }
  if (outcome.kind === 'ok') return;
  const { errorClass, statusCode } = outcome;
  const type = errorClass === 'http_status' ? String(statusCode) : errorClass;
  span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR });
}

function toContext({ traceparent, tracestate }: TraceContext): Context {
  const [, traceId = '', spanId = '', flags = ''] = traceparent.split('-');
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
    ...(tracestate === null ? {} : { traceState: createTraceState(tracestate) }),
  });
}

function toTraceContext(span: Span): TraceContext | null {
  const spanContext = span.spanContext();
  if (!isSpanContextValid(spanContext)) return null;
  const { traceId, spanId, traceFlags, traceState } = spanContext;
  const flags = traceFlags.toString(16).padStart(2, '0');
  return {
    traceparent: `00-${traceId}-${spanId}-${flags}`,
    tracestate: traceState?.serialize() || null,
  };
}

function headersOf(span: Span): Record<string, string> {
  const own = toTraceContext(span);
  if (own === null) return {};
  const { traceparent, tracestate } = own;
  return { traceparent, ...(tracestate === null ? {} : { tracestate }) };
}
