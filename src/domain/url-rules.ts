/** What deliveries go to, besides the rules on addresses: which schemes, and which ports. */
export interface UrlRules {
  /** Whether http is refused. */
  readonly httpsOnly: boolean;
  /** The ports that are open to deliveries. */
  readonly ports: readonly PortRange[];
}

/** Ports from the first to the last, both included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** The lowest and the highest port there is. */
export const EVERY_PORT: PortRange = { first: 1, last: 65_535 };

/** http and https, and every port. */
export const ANY_URL: UrlRules = { httpsOnly: false, ports: [EVERY_PORT] };

/**
 * What is wrong with an http or https URL under the rules, as the end of a sentence that begins with "the
 * URL"; null where nothing is. Shows nothing of the URL but its port.
 */
export function urlRuleFault(url: URL, { httpsOnly, ports }: UrlRules): string | null {
  if (httpsOnly && url.protocol !== 'https:') {
    return 'is not https, and deliveries go over https alone (POSTHORN_HTTPS_ONLY)';
  }
  const port = portOf(url);
  if (ports.some(({ first, last }) => port >= first && port <= last)) return null;
  return `names port ${port}, and deliveries go to ${portsInWords(ports)} alone (POSTHORN_PORTS)`;
}

/** The port that a connection is made to: the scheme's own where the URL names none. */
function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

function portsInWords(ports: readonly PortRange[]): string {
  const ranges = ports.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
  return `${ranges.length === 1 && !ranges[0]?.includes('-') ? 'port' : 'ports'} ${ranges.join(', ')}`;
}
