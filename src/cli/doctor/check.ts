/** One finding of `posthorn doctor`. */
export interface Check {
  readonly name: string;
  /** `skip` where it does not apply, or where a fault before it keeps it from being seen. */
  readonly status: 'ok' | 'warn' | 'fail' | 'skip';
  readonly found: string;
  /** What to do about it; absent where nothing is to be done. */
  readonly advice?: string;
}

export function ok(name: string, found: string): Check {
  return { name, status: 'ok', found };
}

export function warn(name: string, found: string, advice: string): Check {
  return { name, status: 'warn', found, advice };
}

export function fail(name: string, found: string, advice: string): Check {
  return { name, status: 'fail', found, advice };
}

export function skip(name: string, found: string): Check {
  return { name, status: 'skip', found };
}

/** What an error says, in one line. */
export function reason(error: unknown): string {
  const message = error instanceof Error ? error.message || String(error) : String(error);
  return message.split('\n')[0] ?? '';
}
