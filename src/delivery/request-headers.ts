import type { SignatureHeaders } from '../domain/signature.js';

/** What a webhook's own headers may not set: they belong to the delivery, or to the connection. */
const RESERVED: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
]);

const RESERVED_BEGINNINGS = ['content-', 'proxy-', 'webhook-'] as const;

const NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/; // a token of RFC 9110, section 5.6.2
const VALUE = /^[\x20-\x7e]*$/;

// What every object has already. Code that reads headers from an object, here or at the endpoint, could
// take them for its own.
const INHERITED: ReadonlySet<string> = new Set(
  ['prototype', ...Object.getOwnPropertyNames(Object.prototype)].map((name) => name.toLowerCase()),
);

/**
 * True for a header that a webhook's own headers can't set, in any case of letters: the delivery's own, all
 * `webhook-*` and `content-*` ones, and those of the connection (RFC 9110 section 7.6.1).
 */
export function isReservedHeader(name: string): boolean {
  const lowerCase = name.toLowerCase();
  return (
    RESERVED.has(lowerCase) ||
    RESERVED_BEGINNINGS.some((beginning) => lowerCase.startsWith(beginning))
  );
}

/** True for a name that HTTP takes, of at most 128 characters, and that no object has of itself. */
export function isHeaderName(name: string): boolean {
  return NAME.test(name) && !INHERITED.has(name.toLowerCase());
}

/** True for text that can stand in one line of a request everywhere: printable ASCII. */
export function isHeaderValue(value: unknown): value is string {
  return typeof value === 'string' && VALUE.test(value);
}

/**
 * The headers of one delivery: the webhook's own, then the delivery's. Of the webhook's own, reserved ones and
 * what HTTP does not take are left out: registration refuses them, but a row may have been written by
 * something else, and what is wrong with a header must not keep its webhook from every delivery.
 */
export function requestHeaders(options: {
  own: Readonly<Record<string, unknown>> | null;
  signature?: SignatureHeaders | undefined;
  userAgent: string;
  /** More of Posthorn's own. */
  ownHeaders?: Readonly<Record<string, string>>;
}): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.own ?? {})) {
    if (isHeaderName(name) && !isReservedHeader(name) && isHeaderValue(value)) {
      headers[name.toLowerCase()] = value;
    }
  }
  headers['content-type'] = 'application/json';
  headers['user-agent'] = options.userAgent;
  return Object.assign(headers, options.signature, options.ownHeaders);
}
