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

/** Most headers that a webhook, or a format, may have of its own. */
export const MAX_HEADERS = 20;

/** Longest value of one, in characters. */
const MAX_HEADER_VALUE = 1_024;

/** What values fit, in words. */
export const HEADER_VALUE_FITS = `at most ${MAX_HEADER_VALUE} printable ASCII characters fit`;

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

/** True for a value that an owner may give. */
export function fitsHeader(value: unknown): value is string {
  return isHeaderValue(value) && value.length <= MAX_HEADER_VALUE;
}

/** Takes each name once, in any case of letters. @returns what is wrong with a name; undefined for nothing */
export function createNameCheck(isReserved: (name: string) => boolean) {
  const names = new Set<string>();
  return (name: string): string | undefined => {
    if (!isHeaderName(name)) return `${JSON.stringify(name)} is no header name`;
    if (isReserved(name)) return `${name} is set by Posthorn and can't be replaced`;
    if (names.has(name.toLowerCase())) return `${name} is there twice`;
    names.add(name.toLowerCase());
    return undefined;
  };
}
