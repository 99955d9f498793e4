import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import { createTracing, globalTracer, type Tracing } from '../tracing.js';

/** Opens the tracing that the settings ask for. */
export async function openTracing(options: {
  settings: Pick<Settings, 'traces' | 'sendTraceparent'>;
  version: string;
  log: Logger;
}): Promise<{ tracing: Tracing; stop(): Promise<void> }> {
  const { settings, version, log } = options;
  const sendsTraceparent = settings.sendTraceparent;
  if (settings.traces === 'off') {
    const tracing = createTracing({ tracer: globalTracer(version), sendsTraceparent });
    return { tracing, stop: async () => undefined };
  }
  const { openOtlpTracer } = await import('./otlp.js');
  const { tracer, stop } = await openOtlpTracer({ version, log });
  return { tracing: createTracing({ tracer, sendsTraceparent }), stop };
}
