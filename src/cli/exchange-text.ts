import type { ShownExchange } from '../delivery/own-message.js';
import type { ShownRequest } from '../delivery/shown-request.js';
import type { AttemptWithRequest } from '../webhooks/attempts.js';

/** A request and its answer as they went over the wire, for people. */
export function exchangeText({ request, response, error, durationMs }: ShownExchange): string {
  const answer =
    response === null
      ? ['no answer']
      : [String(response.statusCode), ...headerLines(response.headers), '', response.body];
  const end = error === null ? 'ok' : `${error.class}: ${error.message}`;
  const lines = [...requestLines(request), '', ...answer, '', `${end}, after ${durationMs} ms`];
  return lines.join('\n');
}

/** What an attempt sent, as far as that is known, and what is kept of its answer. */
export function attemptExchangeText(attempt: AttemptWithRequest): string {
  const { request, doubt, statusCode, responseExcerpt, outcome, error, durationMs } = attempt;
  const lines = [
    ...(doubt === null ? [] : [`not certain: ${doubt}`, '']),
    ...(request === null ? [] : [...requestLines(request), '']),
    ...(statusCode === null ? ['no answer'] : [String(statusCode), '', responseExcerpt ?? '']),
    '',
    `${error === null ? outcome : `${outcome}: ${error}`}, after ${durationMs} ms`,
  ];
  return lines.join('\n');
}

function requestLines({ method, url, headers, body }: ShownRequest): string[] {
  return [`${method} ${url}`, ...headerLines(headers), '', body];
}

function headerLines(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
}
