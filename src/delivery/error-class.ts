import type { ErrorClass } from '../domain/outcome.js';
import { SwitchedProtocolsError } from './exchange.js';
import { BlockedConnectionError, UnresolvedNameError } from './guard.js';

/** The kind of fault behind an error of got or Node. */
export type Fault = Exclude<ErrorClass, 'http_status' | 'redirect'> | 'own';

/** What is known of an error that ended a request. */
export interface ClassifiedError {
  /** `own` where this process is at fault, and not the endpoint. */
  readonly fault: Fault;
  /** The code of Node, OpenSSL or the resolver. */
  readonly code: string;
  /** The address, where it was blocked. */
  readonly address?: string;
}

const FAULT_OF_CODE: Readonly<Record<string, Fault>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  EHOSTDOWN: 'refused',
  ENETUNREACH: 'refused',
  ENETDOWN: 'refused',
  EADDRNOTAVAIL: 'refused',
  EACCES: 'refused',
  EPERM: 'refused',
  ETIMEDOUT: 'timeout',
  ERR_SOCKET_CONNECTION_TIMEOUT: 'timeout',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  ENOTCONN: 'reset',
  ERR_STREAM_PREMATURE_CLOSE: 'reset',
  // OpenSSL's answer to bytes that are no TLS.
  EPROTO: 'tls',
  HPE_HEADER_OVERFLOW: 'too_large',
  EMFILE: 'own',
  ENFILE: 'own',
  ENOBUFS: 'own',
  ENOMEM: 'own',
};

// The rest of OpenSSL's verification codes, which Node hands on without a prefix:
// https://nodejs.org/docs/latest-v20.x/api/tls.html#x509-certificate-error-codes
const TLS_CODE =
  /^(ERR_SSL_|ERR_TLS_|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERROR_IN_C|INVALID_(CA|PURPOSE)$|PATH_LENGTH_EXCEEDED$|HOSTNAME_MISMATCH$)/;

/** Finds the fault behind an error that ended a request. Never throws. */
export function classifyError(error: unknown): ClassifiedError {
  const cause = rootCause(error);
  const code = codeOf(cause);
  if (cause instanceof BlockedConnectionError) {
    return { fault: 'blocked', code, address: cause.address };
  }
  if (cause instanceof SwitchedProtocolsError) return { fault: 'protocol', code: 'status 101' };
  const known = FAULT_OF_CODE[code];
  if (known === 'own') return { fault: known, code };
  if (cause instanceof UnresolvedNameError) return { fault: 'dns', code };
  if (known !== undefined) return { fault: known, code };
  return { fault: TLS_CODE.test(code) ? 'tls' : 'protocol', code };
}

/** What got wrapped: its own errors carry the request's headers and never leave this folder. */
function rootCause(error: unknown): unknown {
  const wrapped =
    error instanceof Error &&
    error.cause instanceof Error &&
    !(error instanceof UnresolvedNameError);
  return wrapped ? rootCause(error.cause) : error;
}

/** Codes are shown to people, so what is none is not let through. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(code) ? code : 'unknown error';
}
