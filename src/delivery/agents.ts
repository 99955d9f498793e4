import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import type { AddressPolicy } from '../domain/address.js';
import { guardConnections, guardLookup } from './guard.js';

/**
 * How long an idle connection is kept, in milliseconds. Shorter than the 5 s after which many servers
 * close one themselves: a request that meets such a close is lost, and would count as the endpoint's
 * failure. A shorter time that the server announces (`Keep-Alive: timeout=`) is kept by Node.
 */
const IDLE_MS = 4_000;

/** Connections beyond which an agent closes those that come free, so that many hosts can't use up all. */
const MAX_OPEN_KEPT = 1_024;

/**
 * How long one address of a name may take to connect before the next one is tried, in milliseconds.
 * Node's 250 ms give up on addresses that are merely far away.
 */
const ADDRESS_ATTEMPT_MS = 1_000;

/** The connections that deliveries share. */
export interface Agents {
  readonly http: http.Agent;
  readonly https: https.Agent;
  /** Closes every connection. May be called twice. */
  destroy(): void;
}

/** Makes agents that keep connections for reuse and connect to nothing that the policy refuses. */
export function createAgents(options: {
  isAllowed: AddressPolicy;
  lookup: LookupFunction;
  maxSocketsPerHost: number;
}): Agents {
  const { isAllowed, lookup, maxSocketsPerHost } = options;
  const agentOptions = {
    keepAlive: true,
    timeout: IDLE_MS,
    maxSockets: maxSocketsPerHost,
    lookup: guardLookup({ lookup, isAllowed }),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS,
  };
  const agents = {
    http: boundKept(guardConnections(new http.Agent(agentOptions), isAllowed)),
    // Said outright, so that NODE_TLS_REJECT_UNAUTHORIZED can't switch the check off for deliveries.
    https: boundKept(
      guardConnections(new https.Agent({ ...agentOptions, rejectUnauthorized: true }), isAllowed),
    ),
  };
  return {
    ...agents,
    destroy() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

function boundKept<BoundAgent extends http.Agent>(agent: BoundAgent): BoundAgent {
  const connect = agent.createConnection.bind(agent);
  let open = 0;
  agent.createConnection = (options, callback) => {
    const socket = connect(options, callback);
    if (socket) {
      open += 1;
      socket.once('close', () => {
        open -= 1;
      });
    }
    return socket;
  };
  const keep = agent.keepSocketAlive.bind(agent);
  // Answers whether to keep the socket, though the type says nothing.
  agent.keepSocketAlive = (socket) => open <= MAX_OPEN_KEPT && keep(socket);
  return agent;
}
