import { formatDuration, parseDuration } from './duration.js';

/** When a failing webhook's owner is warned that it will be deactivated. */
export type WarnTime =
  /** When that share of the zombie threshold has passed, over 0 and under 1. */
  | { readonly share: number }
  /** That long before the threshold has passed, in milliseconds. */
  | { readonly beforeMs: number };

/**
 * Reads times of warnings: shares in per cent and durations, with commas between, or `none`; undefined where
 * the text is something else.
 */
export function parseWarnTimes(text: string): readonly WarnTime[] | undefined {
  if (text.trim() === 'none') return [];
  const times = text.split(',').map((entry) => parseWarnTime(entry.trim()));
  return times.every((time) => time !== undefined) ? times : undefined;
}

function parseWarnTime(entry: string): WarnTime | undefined {
  const share = /^(\d+(?:\.\d+)?)%$/.exec(entry);
  if (share !== null) {
    const value = Number(share[1]) / 100;
    return value > 0 && value < 1 ? { share: value } : undefined;
  }
  const beforeMs = parseDuration(entry);
  return beforeMs === undefined || beforeMs === 0 ? undefined : { beforeMs };
}

/** A time of a warning as settings write it: `50%` or `1d`. */
export function formatWarnTime(time: WarnTime): string {
  return 'share' in time ? `${+(time.share * 100).toFixed(2)}%` : formatDuration(time.beforeMs);
}

/** How far into the threshold a warning falls due, in milliseconds; never before its beginning. */
export function warnAfterMs(time: WarnTime, thresholdMs: number): number {
  return 'share' in time ? thresholdMs * time.share : Math.max(0, thresholdMs - time.beforeMs);
}
