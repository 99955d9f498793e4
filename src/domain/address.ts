import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { embeddedIpv4 } from './embedded-ipv4.js';
import { InvalidSettingsError } from './errors.js';
import { isMetadataAddress } from './metadata-services.js';

/** True where deliveries may reach that IP address; false for text that is none. */
export type AddressPolicy = (address: string) => boolean;

type IpAddress = ipaddr.IPv4 | ipaddr.IPv6;

const GLOBAL_UNICAST: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

/**
 * Which addresses deliveries may reach: public unicast ones, and those of the given ranges. An IPv4-mapped
 * IPv6 address is judged as the IPv4 address in it. Throws `InvalidSettingsError` for a range that is none.
 *
 * An IPv6 address that carries an IPv4 one for a tunnel or a translator (IPv4-compatible, NAT64, 6to4, Teredo,
 * ISATAP) is refused outright, also where the one in it is public: whoever runs an endpoint has an address of
 * its own, and where such an address ends is up to the network on the way. A given range that holds it allows
 * it where every IPv4 address in it may be reached as well, so that 64:ff9b::/96 opens no private network.
 *
 * The address of a cloud's metadata service is refused in every range, also in a public one, and a given
 * range allows it only where it is that address alone (/32 or /128): a range that is meant for the machines
 * of a network, like fd00::/8 or 100.64.0.0/10, must not give away their credentials.
 */
export function createAddressPolicy(options: {
  /** Ranges that are allowed besides, in CIDR notation; they may be private. */
  allowCidrs: readonly string[];
}): AddressPolicy {
  const ranges = options.allowCidrs.map(parseCidr);

  function mayReach(address: IpAddress): boolean {
    const allowing = ranges.filter((range) => holds(range, address));
    if (allowing.some(isOneAddress)) return true;
    if (isMetadataAddress(address.toString())) return false;
    const carried = address instanceof ipaddr.IPv6 ? embeddedIpv4(address) : [];
    if (carried.length > 0) return allowing.length > 0 && carried.every(mayReach);
    return allowing.length > 0 || isPublicUnicast(address);
  }

  return (text) => {
    // ipaddr.js alone also reads spellings that no resolver gives, like 0x7f.1. A zone is for addresses
    // that mean something on one link only, and no webhook has one.
    const version = text.includes('%') ? 0 : isIP(text);
    if (version === 0) return false;
    return mayReach(ipaddr.process(version === 6 ? inHexadecimals(text) : text));
  };
}

/** IPv6 without dotted decimals: ipaddr.js reads `::8.8.8.8`, as resolvers write ::808:808, as ::ffff:8.8.8.8. */
function inHexadecimals(text: string): string {
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}

function isPublicUnicast(address: IpAddress): boolean {
  if (address.range() !== 'unicast') return false;
  // ipaddr.js calls every IPv6 address unicast that it has no name for, and most of that space is not
  // routed or carries IPv4 addresses in it; only 2000::/3 is assigned (RFC 4291 section 2.4, and the IANA
  // registry of IPv6 special-purpose addresses).
  return address.kind() === 'ipv4' || address.match(GLOBAL_UNICAST);
}

function holds(range: readonly [IpAddress, number], address: IpAddress): boolean {
  const [base, bits] = range;
  return base.kind() === address.kind() && address.match(base, bits);
}

function isOneAddress([base, bits]: readonly [IpAddress, number]): boolean {
  return bits === (base.kind() === 'ipv4' ? 32 : 128);
}

/** True for a range in CIDR notation. */
export function isCidr(text: string): boolean {
  return readCidr(text) !== undefined;
}

function readCidr(cidr: string): [IpAddress, number] | undefined {
  const [base = '', bits = '', ...rest] = cidr.split('/');
  const version = isIP(base);
  const fits =
    version !== 0 &&
    ipaddr.isValid(base) &&
    /^\d{1,3}$/.test(bits) &&
    Number(bits) <= (version === 4 ? 32 : 128) &&
    rest.length === 0;
  const address = fits ? ipaddr.parse(base) : undefined;
  return address === undefined || address.range() === 'ipv4Mapped'
    ? undefined
    : [address, Number(bits)];
}

function parseCidr(cidr: string): [IpAddress, number] {
  const range = readCidr(cidr);
  if (range !== undefined) return range;
  const message = `POSTHORN_ALLOW_CIDRS holds ${JSON.stringify(cidr)}, which is no range: use CIDR notation like 10.0.0.0/8, 192.168.1.20/32 or fd00::/8`;
  throw new InvalidSettingsError(message, { details: { POSTHORN_ALLOW_CIDRS: message } });
}
