/** Where in a trace something began: the two headers of W3C Trace Context. */
export interface TraceContext {
  readonly traceparent: string;
  /** What tracing systems keep for themselves; null where there is nothing. */
  readonly tracestate: string | null;
}

// Of a later version only the part is read that it shares with this one (section 3.2.4).
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}/;
const VERSION_00_LENGTH = 55;

/** Longest tracestate that is kept: what section 3.3.1.5 asks for at least. */
const MAX_TRACESTATE_LENGTH = 512;

const PRINTABLE = /^[\x20-\x7e]+$/;

/**
 * Reads the headers. Undefined where there are none, or none that fit: then a trace begins anew, as the
 * specification has it.
 */
export function readTraceContext(
  traceparent: unknown,
  tracestate: unknown,
): TraceContext | undefined {
  if (typeof traceparent !== 'string') return undefined;
  const [known] = TRACEPARENT.exec(traceparent) ?? [];
  if (known === undefined) return undefined;
  const rest = traceparent.slice(VERSION_00_LENGTH);
  if (rest !== '' && (known.startsWith('00') || !rest.startsWith('-'))) return undefined;
  return { traceparent: `00${known.slice(2)}`, tracestate: readTracestate(tracestate) };
}

function readTracestate(tracestate: unknown): string | null {
  const fits =
    typeof tracestate === 'string' &&
    tracestate.length <= MAX_TRACESTATE_LENGTH &&
    PRINTABLE.test(tracestate);
  return fits ? tracestate : null;
}

/** The id of its trace, of 32 hex digits. */
export function traceIdOf({ traceparent }: TraceContext): string {
  return traceparent.slice(3, 35);
}
