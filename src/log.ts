import {
  type DestinationStream,
  destination,
  type Logger,
  type LoggerOptions,
  pino,
  stdSerializers,
} from 'pino';

/**
 * The one kind of logger: JSON lines on stderr, because stdout is for what a command answers. Errors stand
 * under `error`.
 */
export function createLogger(level: string, stream: DestinationStream = destination(2)): Logger {
  const options: LoggerOptions = {
    level,
    base: { service: 'posthorn', pid: process.pid },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { error: stdSerializers.err },
  };
  return pino(options, stream);
}
