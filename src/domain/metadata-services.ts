/**
 * The services by which clouds tell a machine about itself, and hand out its credentials. The sources are
 * the clouds' own documentation pages of them.
 */

const ADDRESSES: ReadonlySet<string> = new Set([
  // Amazon EC2, and with it most other clouds: metadata; ECS and EKS: credentials of a task or a pod; time
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '169.254.169.123',
  'fd00:ec2::254',
  'fd00:ec2::23',
  // Google Cloud
  'fd20:ce::254',
  // Azure: the wire server, which hands out certificates. The address is in a public range.
  '168.63.129.16',
  // Alibaba Cloud, in the range of carrier-grade NAT
  '100.100.100.200',
  // Oracle Cloud, in the range of protocol assignments
  '192.0.0.192',
  // Scaleway
  '169.254.42.42',
  'fd00:42::42',
  // OpenStack over IPv6
  'fe80::a9fe:a9fe',
]);

const NAMES: ReadonlySet<string> = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
  'instance-data',
  'instance-data.ec2.internal',
]);

/** True for the address of a metadata service, written as RFC 5952 and dotted decimals have it. */
export function isMetadataAddress(address: string): boolean {
  return ADDRESSES.has(address);
}

/** True for the name of a metadata service, in lower case and without a dot at its end. */
export function isMetadataName(name: string): boolean {
  return NAMES.has(name);
}
