import type { ShownExchange } from '../delivery/own-message.js';

/** A request and its answer as they went over the wire, for people. */
export function exchangeText({ request, response, error, durationMs }: ShownExchange): string {
  const answer =
    response === null
      ? ['no answer']
      : [String(response.statusCode), ...headerLines(response.headers), '', response.body];
  const end = error === null ? 'ok' : `${error.class}: ${error.message}`;
  const lines = [
    `${request.method} ${request.url}`,
    ...headerLines(request.headers),
    '',
    request.body,
    '',
    ...answer,
    '',
    `${end}, after ${durationMs} ms`,
  ];
  return lines.join('\n');
}

function headerLines(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
}
