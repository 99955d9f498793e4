import ipaddr from 'ipaddr.js';

/** One form of IPv6 address that carries IPv4 addresses, and where in its eight parts of 16 bits they are. */
interface Embedding {
  readonly holds: (address: ipaddr.IPv6) => boolean;
  readonly read: (parts: readonly number[]) => readonly ipaddr.IPv4[];
}

const EMBEDDINGS: readonly Embedding[] = [
  // IPv4-compatible (RFC 4291 section 2.5.5.1), without `::` and `::1`, which are no such addresses
  { holds: (address) => within('::/96')(address) && !within('::/127')(address), read: last },
  // IPv4-translated (RFC 2765), and NAT64 with the well-known and the local prefix (RFC 6052, RFC 8215). How
  // an address of the local prefix carries the other is the network's choice; at the end is the usual one.
  { holds: within('::ffff:0:0:0/96'), read: last },
  { holds: within('64:ff9b::/96'), read: last },
  { holds: within('64:ff9b:1::/48'), read: last },
  // 6to4 (RFC 3056)
  { holds: within('2002::/16'), read: (parts) => [ipv4(parts[1], parts[2])] },
  // Teredo (RFC 4380): the server, and the client with every bit inverted
  {
    holds: within('2001::/32'),
    read: (parts) => [
      ipv4(parts[2], parts[3]),
      ipv4((parts[6] ?? 0) ^ 0xffff, (parts[7] ?? 0) ^ 0xffff),
    ],
  },
  // ISATAP (RFC 5214 section 6.1): 5efe in the interface identifier, under whatever prefix; the part before
  // may have the bits that say "universal" and "group"
  {
    holds: ({ parts }) => ((parts[4] ?? 0) & ~0x0300) === 0 && parts[5] === 0x5efe,
    read: last,
  },
];

/**
 * The IPv4 addresses that an IPv6 address carries, and to which a tunnel or a translator on the way would
 * take what is sent to it; none for most. IPv4-mapped ones never leave a machine as IPv6 and are not meant.
 */
export function embeddedIpv4(address: ipaddr.IPv6): readonly ipaddr.IPv4[] {
  return EMBEDDINGS.filter(({ holds }) => holds(address)).flatMap(({ read }) =>
    read(address.parts),
  );
}

function within(cidr: string): (address: ipaddr.IPv6) => boolean {
  const range = ipaddr.IPv6.parseCIDR(cidr);
  return (address) => address.match(range);
}

function last(parts: readonly number[]): readonly ipaddr.IPv4[] {
  return [ipv4(parts[6], parts[7])];
}

function ipv4(high = 0, low = 0): ipaddr.IPv4 {
  return new ipaddr.IPv4([high >> 8, high & 0xff, low >> 8, low & 0xff]);
}
