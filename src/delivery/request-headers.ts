import type { SignatureHeaders } from '../domain/signature.js';

/** What a webhook's own headers may not set: they belong to the delivery, or to the connection. */
const RESERVED: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
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

/**
 * True for a header that a webhook's own headers can't set, in any case of letters: the delivery's own,
 * the `webhook-*` ones, and those of the connection (RFC 9110 section 7.6.1).
 */
export function isReservedHeader(name: string): boolean {
  const lowerCase = name.toLowerCase();
  return (
    RESERVED.has(lowerCase) || lowerCase.startsWith('webhook-') || lowerCase.startsWith('proxy-')
  );
}

/** The headers of one delivery: the webhook's own less the reserved ones, then the delivery's. */
export function requestHeaders(options: {
  own: Readonly<Record<string, string>>;
  signature: SignatureHeaders;
  userAgent: string;
}): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.own)) {
    if (!isReservedHeader(name)) headers[name.toLowerCase()] = value;
  }
  headers['content-type'] = 'application/json';
  headers['user-agent'] = options.userAgent;
  return Object.assign(headers, options.signature);
}
