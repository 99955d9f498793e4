import type { LookupAddress, LookupOptions } from 'node:dns';
import type { Agent } from 'node:http';
import { isIP, type LookupFunction, Socket } from 'node:net';
import type { AddressPolicy } from '../domain/address.js';

/**
 * The longest name that a resolver is asked for, with the dot at its end (RFC 1035 section 2.3.4): of longer
 * ones some read the beginning alone, which may be an address in hexadecimals (CVE-2024-24806).
 */
const LONGEST_NAME = 254;

/** The connection was not made, because deliveries may not reach the address. */
export class BlockedConnectionError extends Error {
  override readonly name = 'BlockedConnectionError';

  constructor(readonly address: string) {
    super(`deliveries may not reach ${address}`);
  }
}

/** The host's name did not resolve. `code` is the resolver's, like `ENOTFOUND`. */
export class UnresolvedNameError extends Error {
  override readonly name = 'UnresolvedNameError';
  readonly code: string | undefined;

  constructor(cause?: NodeJS.ErrnoException) {
    super('the name did not resolve', { cause });
    this.code = cause === undefined ? 'ENODATA' : cause.code;
  }
}

/**
 * A lookup that answers only addresses that deliveries may reach. It stands where the socket asks for the
 * address that it then connects to, so that a name can't resolve differently between check and use. One
 * address that is not allowed blocks the name: a mix is how a name is rebound to a private address.
 *
 * Sockets that ask for the same name at the same time share one question, so that a name whose servers
 * do not answer holds one of the resolver's few threads and not all of them.
 */
export function guardLookup(options: {
  lookup: LookupFunction;
  isAllowed: AddressPolicy;
}): LookupFunction {
  const { lookup, isAllowed } = options;
  const underWay = new Map<string, Promise<readonly LookupAddress[]>>();

  function resolve(name: string, lookupOptions: LookupOptions): Promise<readonly LookupAddress[]> {
    const shared = underWay.get(name);
    if (shared !== undefined) return shared;
    const question = ask(lookup, name, lookupOptions).finally(() => underWay.delete(name));
    underWay.set(name, question);
    return question;
  }

  return (name, lookupOptions, callback) => {
    resolve(name, lookupOptions).then(
      (addresses) => {
        const [first] = addresses;
        const blocked = addresses.find(({ address }) => !isAllowed(address));
        if (blocked !== undefined) callback(new BlockedConnectionError(blocked.address), []);
        else if (first === undefined) callback(new UnresolvedNameError(), []);
        else if (lookupOptions.all === true) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(new UnresolvedNameError(error), []),
    );
  };
}

/** Every address of a name, even where the socket wants one, because all of them are checked. */
function ask(
  lookup: LookupFunction,
  name: string,
  options: LookupOptions,
): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    if (name.length > LONGEST_NAME) {
      reject(Object.assign(new Error('the name is too long'), { code: 'ENAMETOOLONG' }));
      return;
    }
    lookup(name, { ...options, all: true }, (error, answer, family) => {
      if (error !== null) reject(error);
      else if (typeof answer === 'string') {
        resolve([{ address: answer, family: family ?? isIP(answer) }]);
      } else resolve(answer);
    });
  });
}

/**
 * Makes an agent refuse hosts that are IP addresses and not allowed, because for these a socket asks no
 * lookup, and end every connection whose other end is not allowed before a byte is sent over it. Connections
 * that are reused were checked when they were made.
 */
export function guardConnections<GuardedAgent extends Agent>(
  agent: GuardedAgent,
  isAllowed: AddressPolicy,
): GuardedAgent {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const host = options.host ?? '';
    if (isIP(host) === 0 || isAllowed(host)) {
      const socket = connect(options, callback);
      if (socket instanceof Socket) endWhereForbidden(socket, isAllowed);
      return socket;
    }
    // The agent reads no socket where there is an error, though the type wants one.
    const refuse = callback as ((error: Error) => void) | undefined;
    refuse?.(new BlockedConnectionError(host));
    return undefined;
  };
  return agent;
}

/** Judges the address that was connected to. One that is gone again already has none, and takes no bytes. */
function endWhereForbidden(socket: Socket, isAllowed: AddressPolicy): void {
  // Before the listeners that Node added: the first of them begins the TLS handshake.
  socket.prependOnceListener('connect', () => {
    const { remoteAddress } = socket;
    if (remoteAddress === undefined || isAllowed(remoteAddress)) return;
    socket.destroy(new BlockedConnectionError(remoteAddress));
  });
}
