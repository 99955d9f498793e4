import { firstIdAt } from '../domain/id.js';
import { DELIVERY_ID, DUE_CHANNEL, WANTS_TYPE } from './events.js';
import type { Ledger, SqlRunner } from './ledger.js';
import { FITTING, fitting, type NewReplay, toReplay } from './replays.js';

/** Most deliveries that a step makes due. */
const STEP = 500;

/** While so many of a webhook are owed already, a replay without a rate of its own waits. */
const MOST_OWED = 1_000;

/** How long a replay waits that found enough owed, in milliseconds. */
const WAIT_MS = 2_000;

/** Events that a step looks at for missed ones. */
const SCAN = 5_000;

/** Makes the missed deliveries of the events after a position. */
async function stepMissed(
  tx: SqlRunner,
  replay: NewReplay,
  position: string,
  at: string,
): Promise<{ readonly made: number; readonly last: string | null }> {
  const [row] = await tx.$queryRawUnsafe<{ made: bigint; scanned: bigint; last: string | null }[]>(
    MISSED,
    replay.webhookId,
    position,
    firstIdAt('evt_', replay.to),
    replay.pattern,
    at,
  );
  const isLast = Number(row?.scanned ?? 0) < SCAN;
  return { made: Number(row?.made ?? 0), last: isLast ? null : (row?.last ?? null) };
}

const MISSED = `
  WITH kind AS (
    SELECT id, account_id, type, operational FROM posthorn.events
    WHERE id > $2::text AND id < $3::text ORDER BY id LIMIT ${SCAN}
  ), wanted AS (
    SELECT kind.id AS event_id, webhook.id AS webhook_id, webhook.account_id
    FROM kind JOIN posthorn.webhooks AS webhook ON webhook.id = $1::text
      AND webhook.account_id = kind.account_id AND webhook.operational = kind.operational
      AND ${WANTS_TYPE}
    WHERE $4::text IS NULL OR kind.type ~ $4::text
  ), made AS (
    INSERT INTO posthorn.deliveries (id, event_id, webhook_id, account_id, due_at, created_at)
    SELECT ${DELIVERY_ID}, event_id, webhook_id, account_id, $5::text::timestamptz, $5::text::timestamptz
    FROM wanted, md5(event_id || webhook_id) AS digest
    ON CONFLICT (id) DO NOTHING
    RETURNING id
  )
  SELECT (SELECT count(*) FROM made) AS made, count(*) AS scanned, max(id) AS last FROM kind`;

/** What one step of a replay came to. */
export interface ReplayStep {
  readonly id: string;
  readonly webhookId: string;
  readonly accountId: string;
  readonly replayed: number;
  readonly done: boolean;
}

/**
 * Takes a running replay whose time has come a step further, in one transaction, so that a process that dies
 * has done the whole step or nothing of it: the next deliveries are made pending and parked, and its webhook's
 * hold lets them through at its pace. Undefined where no replay is due, or others have it.
 *
 * @param toPattern event types as one regular expression; null for every type
 */
export function stepReplay(
  ledger: Ledger,
  now: Date,
  toPattern: (eventTypes: readonly string[]) => string | null,
): Promise<ReplayStep | undefined> {
  return ledger.$transaction(
    async (tx) => {
      const at = now.toISOString();
      const [next] = await tx.$queryRaw<{ id: string; position: string; active: boolean }[]>`
        SELECT replay.id, replay.position, webhook.active FROM posthorn.replays AS replay
        JOIN posthorn.webhooks AS webhook ON webhook.id = replay.webhook_id
        WHERE replay.due_at <= ${at}::timestamptz AND replay.status = 'running'
        ORDER BY replay.due_at LIMIT 1 FOR UPDATE OF replay SKIP LOCKED`;
      if (next === undefined) return undefined;
      const { id, position, active } = next;
      const row = await tx.replay.findUniqueOrThrow({ where: { id } });
      const replay = { ...toReplay(row), pattern: toPattern(row.eventTypes) };
      const ids = { id, webhookId: replay.webhookId, accountId: replay.accountId };
      const wait = async (ms: number) => {
        await tx.replay.update({
          where: { id },
          data: { dueAt: new Date(now.getTime() + ms) },
        });
        return { ...ids, replayed: 0, done: false };
      };
      // What an inactive webhook is owed waits, and so does this.
      if (!active) return wait(60_000);
      const [owed] = await tx.$queryRaw<{ count: bigint }[]>`
        SELECT count(*) AS count FROM (
          SELECT 1 FROM posthorn.deliveries
          WHERE webhook_id = ${replay.webhookId} AND dispatch_at IS NULL AND status = 'pending'
          LIMIT ${MOST_OWED}
        ) AS parked`;
      if (Number(owed?.count ?? 0) >= MOST_OWED) return wait(WAIT_MS);
      const limit =
        replay.rate === null ? STEP : Math.min(STEP, Math.max(1, Math.round(replay.rate)));
      // The hold first, in the order in which everybody takes both.
      await tx.$executeRaw`
        INSERT INTO posthorn.holds AS hold (webhook_id, state, since, release_at, allowance)
        VALUES (${replay.webhookId}, 'pacing', ${at}::timestamptz, ${at}::timestamptz, 2)
        ON CONFLICT (webhook_id) DO UPDATE SET release_at = coalesce(hold.release_at, ${at}::timestamptz)`;
      if (position.startsWith('evt_')) {
        const { made, last } = await stepMissed(tx, replay, position, at);
        await tx.$executeRaw`SELECT pg_notify(${DUE_CHANNEL}, '')`;
        const waitMs = replay.rate === null ? 0 : (made / replay.rate) * 1_000;
        await tx.replay.update({
          where: { id },
          data: {
            position: last ?? '',
            total: { increment: made },
            replayed: { increment: made },
            dueAt: new Date(now.getTime() + waitMs),
          },
        });
        return { ...ids, replayed: made, done: false };
      }
      const rows = await tx.$queryRawUnsafe<{ id: string }[]>(
        `UPDATE posthorn.deliveries AS delivery SET status = 'pending', ended_at = NULL,
           schedule_from = delivery.attempt_count, due_at = $7::text::timestamptz, dispatch_at = NULL
         WHERE delivery.id = ANY(ARRAY(
           SELECT delivery.id FROM posthorn.deliveries AS delivery WHERE ${FITTING}
           ORDER BY delivery.id LIMIT $6::int FOR UPDATE))
         RETURNING delivery.id`,
        ...fitting(replay, position),
        limit,
        at,
      );
      await tx.$executeRaw`SELECT pg_notify(${DUE_CHANNEL}, '')`;
      const last = rows.reduce((latest, row) => (row.id > latest ? row.id : latest), position);
      const done = rows.length < limit;
      const pauseMs = replay.rate === null ? 0 : (rows.length / replay.rate) * 1_000;
      await tx.replay.update({
        where: { id },
        data: {
          position: last,
          replayed: { increment: rows.length },
          dueAt: done ? null : new Date(now.getTime() + pauseMs),
          ...(done ? { status: 'done', endedAt: now } : {}),
        },
      });
      return { ...ids, replayed: rows.length, done };
    },
    { timeout: 60_000, maxWait: 10_000 },
  );
}
