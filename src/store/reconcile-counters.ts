import type { Finding } from '../domain/invariant.js';
import type { Prisma } from './generated/client.js';
import type { Ledger } from './ledger.js';
import { oldestDay } from './partitions.js';
import { finding } from './reconcile-finding.js';

/** The webhooks that were looked at in one go. */
export interface CounterPage {
  readonly finding: Finding;
  readonly checked: number;
  /** The last one's id; null where there is none after it. */
  readonly next: string | null;
}

interface CounterRow {
  readonly id: string;
  /** True where the counters are what the attempts say. */
  readonly agree: boolean;
}

/**
 * The counters of a webhook equal its attempts. Of one that is older than the oldest attempts that are kept
 * they are at least as many. Counters that are wrong are counted anew where all attempts are there.
 *
 * @param options.after the webhook before the first one that is looked at
 * @param options.limit most webhooks that are looked at
 * @param options.mostAttempts webhooks with more are left out, because counting takes its time
 */
export async function reconcileCounters(
  ledger: Ledger,
  options: {
    readonly after: string;
    readonly limit: number;
    readonly mostAttempts: number;
    readonly mend: boolean;
  },
): Promise<CounterPage> {
  const { after, limit, mostAttempts, mend } = options;
  const oldest = (await oldestDay(ledger, 'attempts'))?.toISOString() ?? '-infinity';
  const rows = await ledger.$queryRaw<CounterRow[]>`
    WITH page AS (
      SELECT id, created_at, success_count, failure_count FROM posthorn.webhooks
      WHERE id > ${after} ORDER BY id LIMIT ${limit}
    )
    SELECT page.id, success_count + failure_count > ${BigInt(mostAttempts)}
      OR held.successes = success_count AND held.failures = failure_count
      OR page.created_at < ${oldest}::timestamptz
        AND held.successes <= success_count AND held.failures <= failure_count AS agree
    FROM page LEFT JOIN LATERAL (
      SELECT count(*) FILTER (WHERE outcome = 'ok') AS successes,
        count(*) FILTER (WHERE outcome <> 'ok') AS failures
      FROM (
        -- In the order of the index, so that a webhook with few is no reason to read them all.
        SELECT outcome FROM posthorn.attempts
        WHERE webhook_id = page.id AND success_count + failure_count <= ${BigInt(mostAttempts)}
        ORDER BY webhook_id, id LIMIT ${BigInt(mostAttempts) + 1n}
      ) AS attempt
    ) AS held ON true
    ORDER BY page.id`;
  const wrong: string[] = [];
  let mended = 0;
  for (const { id } of rows.filter(({ agree }) => !agree)) {
    const recount = await recountWebhook(ledger, id, mend);
    if (recount === 'agree') continue;
    wrong.push(id);
    if (recount === 'mended') mended += 1;
  }
  return {
    finding: finding('counter_mismatch', wrong, mended),
    checked: rows.length,
    next: rows.length < limit ? null : (rows.at(-1)?.id ?? null),
  };
}

/** Counts one webhook's attempts while nobody writes any, since whoever does locks the webhook first. */
function recountWebhook(
  ledger: Ledger,
  id: string,
  mend: boolean,
): Promise<'agree' | 'wrong' | 'mended'> {
  return ledger.$transaction(
    async (tx) => {
      const [webhook] = await tx.$queryRaw<
        { created_at: Date; successes: bigint; failures: bigint }[]
      >`
        SELECT created_at, success_count AS successes, failure_count AS failures
        FROM posthorn.webhooks WHERE id = ${id} FOR NO KEY UPDATE`;
      if (webhook === undefined) return 'agree';
      const held = await countAttempts(tx, id);
      const oldest = await oldestDay(tx, 'attempts');
      const complete = oldest === undefined || webhook.created_at >= oldest;
      const agree = complete
        ? held.successes === webhook.successes && held.failures === webhook.failures
        : held.successes <= webhook.successes && held.failures <= webhook.failures;
      if (agree) return 'agree';
      if (!complete || !mend) return 'wrong';
      await tx.$executeRaw`
        UPDATE posthorn.webhooks
        SET success_count = ${held.successes}, failure_count = ${held.failures} WHERE id = ${id}`;
      return 'mended';
    },
    { timeout: 120_000, maxWait: 10_000 },
  );
}

async function countAttempts(
  tx: Prisma.TransactionClient,
  webhookId: string,
): Promise<{ successes: bigint; failures: bigint }> {
  const [row] = await tx.$queryRaw<{ successes: bigint; failures: bigint }[]>`
    SELECT count(*) FILTER (WHERE outcome = 'ok') AS successes,
      count(*) FILTER (WHERE outcome <> 'ok') AS failures
    FROM posthorn.attempts WHERE webhook_id = ${webhookId}`;
  return row ?? { successes: 0n, failures: 0n };
}
