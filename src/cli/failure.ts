import { InvalidSettingsError, PosthornError } from '../domain/errors.js';
import type { OutputFlags } from './output.js';

/** Exit codes: the operation failed; the words or the settings were wrong. */
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;

/** Says what went wrong, in the form that was asked for, and sets the exit code. */
export function reportFailure(error: unknown, flags: OutputFlags): void {
  process.exitCode = error instanceof InvalidSettingsError ? EXIT_USAGE : EXIT_FAILED;
  const known = error instanceof PosthornError;
  const message = error instanceof Error ? error.message : String(error);
  const { code, hint, details } = known
    ? error
    : { code: 'internal_error', hint: undefined, details: undefined };
  if (flags.json) {
    printError({ code, message, hint, details });
    return;
  }
  process.stderr.write(`error: ${message}\n${hint === undefined ? '' : `       ${hint}\n`}`);
  const verbose = ['debug', 'trace'].includes(process.env.POSTHORN_LOG_LEVEL ?? '');
  if (error instanceof Error && (verbose || !known)) process.stderr.write(`${error.stack}\n`);
}

/** Prints an error for programs. */
export function printError(error: {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly details?: unknown;
}): void {
  process.stdout.write(`${JSON.stringify({ error }, null, 2)}\n`);
}
