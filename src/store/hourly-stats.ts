import { SPANS, type Tile } from '../domain/stats.js';
import type { SqlRunner } from './ledger.js';

/** The attempts of one hour of one webhook, counted. */
export interface HourCounts {
  readonly webhookId: string;
  readonly start: Date;
  readonly successes: number;
  readonly failures: number;
}

/** The counts of several webhooks for each hour of some time, oldest first; hours without attempts are left out. */
export function readHours(
  ledger: SqlRunner,
  webhookIds: readonly string[],
  { span, from, to }: Tile,
): Promise<HourCounts[]> {
  return ledger.$queryRawUnsafe<HourCounts[]>(
    `SELECT webhook_id AS "webhookId",
      to_timestamp(floor(extract(epoch FROM start) / ${SPANS.hour}) * ${SPANS.hour}) AS start,
      sum(successes)::int AS successes, sum(failures)::int AS failures
    FROM unnest($1::text[]) AS id
    JOIN posthorn.webhook_stats AS stats ON stats.webhook_id = id AND span = $2::int
      AND start >= $3::text::timestamptz AND start < $4::text::timestamptz
    GROUP BY 1, 2 ORDER BY 2`,
    webhookIds,
    span,
    from.toISOString(),
    to.toISOString(),
  );
}
