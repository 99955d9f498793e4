import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** How much of an IPv6 address names a network: one client may use all addresses under it (RFC 6177). */
const IPV6_NETWORK_BYTES = 8;

/**
 * What counts as one client: an IPv4 address, or the /64 network of an IPv6 address. Undefined for text
 * that is no IP address.
 */
export function clientNetwork(address: string): string | undefined {
  if (isIP(address) === 0 || !ipaddr.isValid(address)) return undefined;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const network = parsed.toByteArray().slice(0, IPV6_NETWORK_BYTES);
  return `${Buffer.from(network).toString('hex')}/64`;
}
