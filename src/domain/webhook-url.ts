import { isIP } from 'node:net';
import type { AddressPolicy } from './address.js';
import { BlockedAddressError, InvalidUrlError } from './errors.js';
import { isMetadataName } from './metadata-services.js';
import { ANY_URL, type UrlRules, urlRuleFault } from './url-rules.js';

/** Longest URL of a webhook, in characters, as given and as it is written once parsed. */
export const MAX_URL_LENGTH = 2_048;

// The parser would drop or encode these silently, and the owner would see another URL than the one given.
const SPACE_OR_CONTROL = /[\s\p{Cc}]/u;

// What a resolver can be asked for (RFC 1035 section 2.3.4). A longer name has made resolvers read the
// beginning of it as an address (CVE-2024-24806).
const MAX_NAME_LENGTH = 253;
const LABEL = /^[^.]{1,63}$/;

/**
 * Reads the URL of a webhook. A host that is an IP address in any spelling, or `localhost`, must pass the
 * policy; scheme and port must pass the rules. The host is judged as the WHATWG parser wrote it, and as the
 * socket is given it: other digits and dots, soft hyphens, percent signs and octal numbers are gone by then.
 *
 * Of names, only `localhost` and those of metadata services are refused here, because they mean the same
 * everywhere. Other names for special use (`*.local`, `*.internal`, `*.home.arpa`, `*.alt`: RFC 6762, RFC 8375,
 * RFC 9476) mean what the resolver says, which may be what the operator allowed; like every other name they
 * are judged by their addresses at each connection.
 *
 * Throws `InvalidUrlError`, which never shows the URL since it may hold credentials, or
 * `BlockedAddressError`.
 */
export function parseWebhookUrl(
  input: string,
  isAllowed: AddressPolicy,
  rules: UrlRules = ANY_URL,
): URL {
  if (typeof input !== 'string' || input === '') throw unfit('is missing');
  if (input.length > MAX_URL_LENGTH) throw unfit('is too long');
  if (SPACE_OR_CONTROL.test(input)) throw unfit('holds a space or a control character');
  if (!URL.canParse(input)) throw unfit("can't be read");
  const url = new URL(input);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw unfit('is not http or https');
  if (url.username !== '' || url.password !== '') throw unfit('holds a user name or a password');
  if (url.href.includes('#')) throw unfit('holds a fragment');
  if (url.href.length > MAX_URL_LENGTH) throw unfit('is too long once its characters are encoded');
  const host = bareHost(url);
  if (host === '') throw unfit('names no host');
  if (host.length > MAX_NAME_LENGTH || !host.split('.').every((label) => LABEL.test(label))) {
    throw unfit('names a host that no resolver takes');
  }
  // The HTTP client reads this host as a socket file, and is told to open none.
  if (url.hostname === 'unix') throw unfit('names the host unix, which stands for a socket file');
  const fault = urlRuleFault(url, rules);
  if (fault !== null) throw new InvalidUrlError(`the URL ${fault}`, { details: { url: fault } });
  assertAllowed(host, isAllowed);
  return url;
}

/** The host without the brackets of IPv6 and without the dots that end a fully qualified name. */
function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.+$/, '');
}

function assertAllowed(host: string, isAllowed: AddressPolicy): void {
  if (isMetadataName(host)) {
    throw blocked(host, 'names the metadata service of a cloud', 'use a public host');
  }
  // Never sent to a resolver: these names are the loopback address (RFC 6761 section 6.3).
  const isLocalhost = host === 'localhost' || host.endsWith('.localhost');
  const address = isLocalhost ? '127.0.0.1' : host;
  if (isIP(address) === 0 || isAllowed(address)) return;
  throw blocked(
    host,
    'is a private or special address',
    'use a public host, or let the operator add the address to POSTHORN_ALLOW_CIDRS',
  );
}

function blocked(host: string, fault: string, hint: string): BlockedAddressError {
  const message = `the URL's host ${host} ${fault}, and deliveries go to public ones`;
  return new BlockedAddressError(message, { hint, details: { url: message } });
}

function unfit(fault: string): InvalidUrlError {
  const message = `the URL ${fault}: use an absolute http or https URL of at most ${MAX_URL_LENGTH} characters, without credentials and fragment, like https://hooks.example.com/posthorn`;
  return new InvalidUrlError(message, { details: { url: message } });
}
