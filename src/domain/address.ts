import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { InvalidSettingsError } from './errors.js';

/** True where deliveries may reach that IP address; false for text that is none. */
export type AddressPolicy = (address: string) => boolean;

type IpAddress = ipaddr.IPv4 | ipaddr.IPv6;

const GLOBAL_UNICAST: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

/**
 * Which addresses deliveries may reach: public unicast ones, and those of the given ranges. An IPv4-mapped
 * IPv6 address is judged as the IPv4 address in it. Throws `InvalidSettingsError` for a range that is none.
 */
export function createAddressPolicy(options: {
  /** Ranges that are allowed besides, in CIDR notation; they may be private. */
  allowCidrs: readonly string[];
}): AddressPolicy {
  const allowed = options.allowCidrs.map(parseCidr);
  return (text) => {
    // ipaddr.js alone also reads spellings that no resolver gives, like 0x7f.1.
    if (isIP(text) === 0 || !ipaddr.isValid(text)) return false;
    const address = ipaddr.process(text);
    return isPublicUnicast(address) || allowed.some((range) => holds(range, address));
  };
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

function parseCidr(cidr: string): [IpAddress, number] {
  const [base = '', bits = '', ...rest] = cidr.split('/');
  const version = isIP(base);
  const fits =
    version !== 0 &&
    ipaddr.isValid(base) &&
    /^\d{1,3}$/.test(bits) &&
    Number(bits) <= (version === 4 ? 32 : 128) &&
    rest.length === 0;
  const address = fits ? ipaddr.parse(base) : undefined;
  if (address === undefined || address.range() === 'ipv4Mapped') {
    const message = `POSTHORN_ALLOW_CIDRS holds ${JSON.stringify(cidr)}, which is no range: use CIDR notation like 10.0.0.0/8, 192.168.1.20/32 or fd00::/8`;
    throw new InvalidSettingsError(message, { details: { POSTHORN_ALLOW_CIDRS: message } });
  }
  return [address, Number(bits)];
}
