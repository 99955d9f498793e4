/**
 * Tells a ledger that can't be reached from every other fault. Prisma 7 reports it in three shapes: an
 * error code of its own (P1001), a code that stands for any failed query with the driver's error in
 * `meta`, and the plain errors of pg and its pool.
 */

/** Prisma's error codes: https://www.prisma.io/docs/orm/reference/error-reference */
const PRISMA_CODES: ReadonlySet<string> = new Set([
  'P1000', // the credentials are refused
  'P1001', // the server can't be reached
  'P1002', // the server was reached, and timed out
  'P1003', // the database is not there
  'P1008', // an operation timed out
  'P1010', // the user may not open the database
  'P1011', // TLS could not be agreed on
  'P1017', // the server closed the connection
  'P2024', // no connection of the pool became free in time
  'P2028', // a transaction could not begin or end in time
  'P2037', // the server has too many connections
]);

/** How @prisma/adapter-pg names the same, where the code stands for any failed query. */
const DRIVER_KINDS: ReadonlySet<string> = new Set([
  'AuthenticationFailed',
  'ConnectionClosed',
  'DatabaseAccessDenied',
  'DatabaseDoesNotExist',
  'DatabaseNotReachable',
  'SocketTimeout',
  'TlsConnectionError',
  'TooManyConnections',
]);

/** SQLSTATE: connection exceptions, too many connections, the server shuts down or starts up. */
const SQL_STATE = /^(08\w{3}|53300|57P0[1-4])$/;

/** What pg and pg-pool say of a connection that broke or was not made; these errors have no code. */
const PG_MESSAGE =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end)/;

/** True for an error that means that PostgreSQL can't be reached now. */
export function isLedgerFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const cause = driverCause(error);
  return (
    PRISMA_CODES.has(text(error, 'code')) ||
    DRIVER_KINDS.has(text(cause, 'kind')) ||
    SQL_STATE.test(text(cause, 'originalCode')) ||
    PG_MESSAGE.test(error.message)
  );
}

/** The driver's own error, which Prisma hands on in `meta.driverAdapterError.cause`. */
function driverCause(error: Error): unknown {
  return field(field(field(error, 'meta'), 'driverAdapterError'), 'cause');
}

function text(value: unknown, name: string): string {
  const found = field(value, name);
  return typeof found === 'string' ? found : '';
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
