import { isHeaderName, isHeaderValue, isReservedHeader } from '../domain/header-rules.js';

/**
 * The headers of one request: the webhook's own, then the message's. Of the webhook's own, reserved ones and
 * what HTTP does not take are left out: registration refuses them, but a row may have been written by
 * something else, and what is wrong with a header must not keep its webhook from every delivery.
 */
export function requestHeaders(options: {
  own: Readonly<Record<string, unknown>> | null;
  userAgent: string;
  /** Those of the message, in lower case, which the webhook's can't replace. */
  message?: Readonly<Record<string, string>> | undefined;
}): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.own ?? {})) {
    if (isHeaderName(name) && !isReservedHeader(name) && isHeaderValue(value)) {
      headers[name.toLowerCase()] = value;
    }
  }
  headers['content-type'] = 'application/json';
  headers['user-agent'] = options.userAgent;
  return Object.assign(headers, options.message);
}
