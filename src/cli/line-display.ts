/** Shows something that changes, in one line. */
export interface LineDisplay<Shown> {
  /** Shows a text of its own, below the line. */
  say(text: string): void;
  /** Shows it as it is now; more often than can be read does no harm. */
  show(shown: Shown, elapsedMs: number): void;
  /** Shows it as it was last, and ends the line that is being rewritten. May be called twice. */
  end(): void;
}

const ERASE_LINE = '\r\u001b[K';

/** How often a terminal's line is rewritten, and how often a line is printed elsewhere. */
const REWRITE_MS = 80;
const PRINT_MS = 2_000;

/**
 * @param rewrite true for a terminal: one line, rewritten; false for a line now and then
 * @param line what is shown of it, at most as wide as the terminal
 */
export function createLineDisplay<Shown>(options: {
  write: (text: string) => void;
  rewrite: boolean;
  line: (shown: Shown) => string;
}): LineDisplay<Shown> {
  const { write, rewrite, line } = options;
  let latest: { readonly shown: Shown; readonly elapsedMs: number } | undefined;
  let printed: typeof latest;

  function print(one: NonNullable<typeof latest>): void {
    printed = one;
    write(rewrite ? ERASE_LINE + line(one.shown) : `${line(one.shown)}\n`);
  }

  function end(): void {
    if (latest === undefined) return;
    if (latest !== printed) print(latest);
    if (rewrite) write('\n');
    latest = undefined;
    printed = undefined;
  }

  return {
    say(text) {
      end();
      write(`${text}\n`);
    },
    show(shown, elapsedMs) {
      latest = { shown, elapsedMs };
      const pauseMs = rewrite ? REWRITE_MS : PRINT_MS;
      if (printed === undefined || elapsedMs - printed.elapsedMs >= pauseMs) print(latest);
    },
    end,
  };
}

/** A bar of `width` places, so many of them filled as the share from 0 to 1 says. */
export function bar(share: number, width: number): string {
  const filled = Math.round(width * Math.max(0, Math.min(1, share)));
  return `[${'#'.repeat(filled)}${'-'.repeat(width - filled)}]`;
}
