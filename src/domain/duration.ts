/** Durations as settings write them: `250ms`, `5s`, `30m`, `12h`, `365d`. */

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const SYNTAX = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** Reads a duration into milliseconds; undefined where the text is none. */
export function parseDuration(text: string): number | undefined {
  const match = SYNTAX.exec(text.trim());
  if (match === null) return undefined;
  return Math.round(Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS]);
}

/** Writes milliseconds in the largest unit that holds them whole: 90000 is `90s`, 3600000 is `1h`. */
export function formatDuration(durationMs: number): string {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    if (durationMs >= UNIT_MS[unit] && durationMs % UNIT_MS[unit] === 0) {
      return `${durationMs / UNIT_MS[unit]}${unit}`;
    }
  }
  return `${durationMs}ms`;
}
