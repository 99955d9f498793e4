import type { AccountScope } from '../domain/access.js';
import type { Clock } from '../domain/clock.js';
import { InvalidInputError } from '../domain/errors.js';
import { type Quality, qualityOf, SPANS, spanStart, tilesOf } from '../domain/stats.js';
import type { Ledger } from '../store/ledger.js';
import { readMark, readStats, type SpanCounts } from '../store/stats.js';
import type { Webhook } from '../store/webhooks.js';

/** How well a webhook did in some time, counted from its attempts. */
export interface WebhookStats extends Quality {
  readonly webhookId: string;
  readonly from: Date;
  readonly to: Date;
  /** The same hour by hour, or day by day, where asked for; times without attempts are left out. */
  readonly series: readonly (Quality & { readonly start: Date })[];
}

export interface StatsRequest extends AccountScope {
  /** How far back, in milliseconds; 24 hours where left out. */
  readonly windowMs?: number | undefined;
  /** In place of a window. */
  readonly from?: Date | undefined;
  /** Now where left out. */
  readonly to?: Date | undefined;
  readonly step?: 'hour' | 'day' | undefined;
}

/** Success rates and response times. Unknown ids throw `NotFoundError`. */
export interface StatsReader {
  /**
   * How a webhook did in some time, to five minutes, and to the hour where that is more than two days ago.
   * Attempts are counted within two minutes.
   */
  of(webhookId: string, request?: StatsRequest): Promise<WebhookStats>;
}

const DAY_MS = 86_400_000;
const LONGEST_MS = 400 * DAY_MS;

/** From when on five minutes can be read; they are kept for a little longer. */
const FIVE_MINUTES_READ_MS = 2 * DAY_MS - 3_600_000;

export function createStatsReader(options: {
  ledger: Ledger;
  webhooks: { get(id: string, scope?: AccountScope): Promise<Webhook> };
  clock: Clock;
}): StatsReader {
  const { ledger, webhooks, clock } = options;

  return {
    async of(webhookId, { accountId, windowMs = DAY_MS, from: given, to: end, step } = {}) {
      await webhooks.get(webhookId, { accountId });
      const now = clock();
      const to = end ?? now;
      const window = { from: given ?? new Date(to.getTime() - windowMs), to };
      checkWindow(window);
      const finalUntil = (await readMark(ledger, 'rollup')) ?? new Date(0);
      const keptFrom = new Date(now.getTime() - FIVE_MINUTES_READ_MS);
      // A series of hours must not be read from days.
      const tiles = tilesOf(window, { finalUntil, keptFrom }).flatMap((tile) =>
        step === 'hour' && tile.span === SPANS.day ? [{ ...tile, span: SPANS.hour }] : [tile],
      );
      const counts: SpanCounts[] = [];
      for (const tile of tiles) counts.push(...(await readStats(ledger, webhookId, tile)));
      return {
        webhookId,
        from: tiles[0]?.from ?? window.from,
        to,
        ...qualityOf(counts),
        series: step === undefined ? [] : seriesOf(counts, SPANS[step]),
      };
    },
  };
}

function seriesOf(counts: readonly SpanCounts[], seconds: number) {
  const steps = new Map<number, SpanCounts[]>();
  for (const one of counts) {
    const start = spanStart(one.start, seconds).getTime();
    steps.set(start, [...(steps.get(start) ?? []), one]);
  }
  return [...steps].map(([start, own]) => ({ start: new Date(start), ...qualityOf(own) }));
}

function checkWindow({ from, to }: { from: Date; to: Date }): void {
  const ms = to.getTime() - from.getTime();
  if (ms > 0 && ms <= LONGEST_MS) return;
  throw new InvalidInputError('the window does not fit: use up to 400d, with from before to', {
    details: { window: 'up to 400d, with from before to' },
  });
}
